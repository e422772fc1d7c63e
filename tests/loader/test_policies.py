"""A11: the capture code runs under each kind of policy, with exactly the lines of docs/visitor-page.md, and none of us
does anything that the policy forbids: not a single violation, which the tenant would find in its reports."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Route

from tests.loader.conftest import Desk, Visitor
from tests.loader.site import NONCE, Site
from tests.loader.test_addresses import entered, exported
from tests.stack import LiveStack

DOCUMENT = Path(__file__).parents[2] / "docs" / "visitor-page.md"
# All that a page can be strict about beside the lines for us.
STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; worker-src 'none'; child-src 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
)
OWN_FILES = {
    "/own.css": ("text/css", b"@font-face { font-family: own; src: url(/own.woff2) } h1 { font-family: own }"),
    "/own.woff2": ("font/woff2", b"wOF2"),
    "/own.svg": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
}
OWN_PARTS = '<link rel=stylesheet href="/own.css"><img src="/own.svg" alt="">'
# Of the page and of what is in it; the capture code says by its `hello` how it is to run.
WATCH = """document.addEventListener('securitypolicyviolation',
  (event) => noteViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`), true)"""
CARD = "document.querySelector('alongside-assist').shadowRoot.textContent"


def documented(kind: str, *, base_url: str) -> str:
    """The policy that the page prints under this heading."""
    found = re.search(rf"### {kind}\n.*?```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found, kind
    policy = " ".join(found[1].split())
    sockets = base_url.replace("http", "ws", 1)
    policy = policy.replace("wss://desk.example.com", sockets).replace("https://desk.example.com", base_url)
    return policy.replace("RANDOM", NONCE)


class Watched:
    """What a visitor's pages violate, and how the loader says that code can run."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.methods: list[str] = []

    async def follow(self, visitor: Visitor) -> None:
        await visitor.page.expose_function("noteViolation", self._note)
        await visitor.page.add_init_script(WATCH)
        visitor.page.on("websocket", lambda socket: socket.on("framesent", self._sent))

    def _note(self, violation: str) -> None:
        self.violations.append(violation)

    def _sent(self, data: Any) -> None:
        if found := re.search(r'"injection":"(\w+)"', data if isinstance(data, str) else ""):
            self.methods.append(found[1])


@pytest.fixture
async def watched(visitor: Visitor, site: Site) -> Watched:
    site.body, site.files = OWN_PARTS, OWN_FILES
    watched = Watched()
    await watched.follow(visitor)
    return watched


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("Nonces", "inline"),
        ("Nonces with strict-dynamic", "inline"),
        ("Hosts only", "url"),
        ("blob: allowed", "url"),
        ("Trusted Types", "inline"),
        ("Trusted Types with hosts only", "url"),
    ],
)
async def test_session_under_the_documented_policy_violates_nothing(
    kind: str, method: str, visitor: Visitor, watched: Watched, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    site.policy = STRICT + documented(kind, base_url=live_stack.base_url)
    await visitor.go_live()
    await visitor.part("indicator").click()
    await visitor.part("show").click()
    await visitor.part("hidden").wait_for(state="attached")
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await visitor.captured()
    await entered(desk, least=2)
    await comes_true(lambda: assets_of(desk), least=len(OWN_FILES))
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")
    assert watched.violations == []
    assert set(watched.methods) == {method}


async def comes_true(count: Callable[[], Awaitable[int]], *, least: int) -> None:
    """There are so many, at the latest in 15 s."""
    deadline = time.monotonic() + 15
    while (found := await count()) < least:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)


async def assets_of(desk: Desk) -> int:
    from assist.pages.models import Asset

    return int(await desk.within(Asset.objects.count))


async def count_in_export(desk: Desk, text: str) -> int:
    return (await exported(desk)).count(text)


async def test_capture_runs_without_a_policy(visitor: Visitor, watched: Watched) -> None:
    await visitor.go_live()
    assert watched.methods == ["inline"]
    assert watched.violations == []


async def test_policy_that_is_only_reported_has_nothing_to_report(
    visitor: Visitor, watched: Watched, site: Site, live_stack: LiveStack
) -> None:
    site.policy = STRICT + documented("Hosts only", base_url=live_stack.base_url)
    site.policy_header = "Content-Security-Policy-Report-Only"
    await visitor.go_live()
    assert watched.methods == ["url"]
    assert watched.violations == []


async def test_policy_in_the_source_of_the_page_is_not_tried_out(
    visitor: Visitor, watched: Watched, site: Site, live_stack: LiveStack
) -> None:
    policy = documented("Hosts only", base_url=live_stack.base_url)
    site.head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    await visitor.go_live()
    assert watched.methods == ["url"]
    assert watched.violations == []


async def test_pages_of_one_session_can_have_different_policies(
    visitor: Visitor, watched: Watched, site: Site, live_stack: LiveStack
) -> None:
    await visitor.go_live()
    for kind in ("Hosts only", "Nonces", "Trusted Types with hosts only"):
        site.policy = documented(kind, base_url=live_stack.base_url)
        await visitor.page.reload()
        await visitor.reach("live")
        await visitor.captured()
    assert watched.methods == ["inline", "url", "inline", "url"]
    assert watched.violations == []


async def test_what_the_policy_keeps_from_being_read_is_tried_once(
    visitor: Visitor, watched: Watched, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    policy = documented("Hosts only", base_url=live_stack.base_url)
    site.policy = policy.replace("connect-src 'self'", "connect-src")
    assert site.policy != policy
    site.body += "".join(f'<img src="/own{n}.svg" alt="">' for n in range(30))
    await visitor.go_live()
    # In the snapshot, and among what could not be read.
    await comes_true(lambda: count_in_export(desk, "/own29.svg"), least=2)
    assert [violation.split()[0] for violation in watched.violations] == ["connect-src"]


async def test_policy_that_does_not_list_ours_is_told(
    visitor: Visitor, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    site.policy = documented("Trusted Types", base_url=live_stack.base_url).replace("alongside", "other")
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").click()
    await visitor.until(f"{CARD}.includes('security rules')")
    assert await visitor.page.evaluate("Alongside.request({}).catch((problem) => problem.code)") == "blocked"


async def test_policy_that_a_later_page_tightens_ends_the_session_and_says_so(
    visitor: Visitor, site: Site, live_stack: LiveStack
) -> None:
    """The rest of the loader is there, and the capture code can't run."""
    await visitor.go_live()
    desk_url = live_stack.base_url
    documented_policy = documented("Hosts only", base_url=desk_url)
    paths = f"script-src {desk_url}/assist/loader.js {desk_url}/assist/loader/"
    site.policy = documented_policy.replace(f"script-src {desk_url}", paths)
    await visitor.page.click("#next")
    await visitor.reach("ended")
    assert "security rules" in await visitor.page.evaluate(CARD)


async def test_script_that_a_bad_network_keeps_away_is_loaded_from_the_next_address(
    visitor: Visitor, watched: Watched, site: Site, live_stack: LiveStack
) -> None:
    """Or a server of another release, which knows nothing of the code that was announced."""
    tried: list[str] = []

    async def lose_first(route: Route) -> None:
        tried.append(route.request.url)
        await (route.abort("connectionreset") if len(tried) == 1 else route.continue_())

    site.policy = STRICT + documented("Hosts only", base_url=live_stack.base_url)
    await visitor.page.route("**/assist/capture/**", lose_first)
    await visitor.go_live()
    assert tried[1:]
    assert watched.violations == []


async def test_own_look_needs_no_inline_style(visitor: Visitor, site: Site, live_stack: LiveStack) -> None:
    """A page that hides everything of its own still shows the button at its place."""
    site.policy = documented("Hosts only", base_url=live_stack.base_url)
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.part("button").wait_for()
    await visitor.page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('body *, alongside-assist { display: none; position: static; opacity: 0; font-size: 90px }');
        document.adoptedStyleSheets = [sheet]; }"""
    )
    box = await visitor.part("button").bounding_box()
    size = visitor.page.viewport_size
    assert box
    assert box["x"] + box["width"] == pytest.approx(size["width"] - 16, abs=1)
    assert box["height"] < 60
