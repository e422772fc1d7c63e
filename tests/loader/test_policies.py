"""A11: the capture code runs under each kind of policy, with exactly the lines of docs/visitor-page.md."""

import re
from pathlib import Path

import pytest

from tests.loader.conftest import Desk, Visitor
from tests.loader.site import NONCE, Site
from tests.stack import LiveStack

DOCUMENT = Path(__file__).parents[2] / "docs" / "visitor-page.md"


def documented(kind: str, *, base_url: str) -> str:
    """The policy that the page prints under this heading."""
    found = re.search(rf"### {kind}\n.*?```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found, kind
    policy = " ".join(found[1].split())
    sockets = base_url.replace("http", "ws", 1)
    policy = policy.replace("wss://desk.example.com", sockets).replace("https://desk.example.com", base_url)
    return policy.replace("RANDOM", NONCE)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("Nonces", "inline"),
        ("Nonces with strict-dynamic", "inline"),
        ("blob: allowed", "blob"),
        ("Hosts only", "url"),
        ("Trusted Types", "inline"),
        ("Trusted Types with hosts only", "url"),
    ],
)
async def test_capture_runs_under_the_documented_policy(
    kind: str, method: str, visitor: Visitor, site: Site, live_stack: LiveStack
) -> None:
    site.policy = documented(kind, base_url=live_stack.base_url)
    await visitor.go_live()
    assert await visitor.page.evaluate("sessionStorage['alongside:value:injection']") == method
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await visitor.captured()
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")


async def test_capture_runs_without_a_policy(visitor: Visitor) -> None:
    await visitor.go_live()
    assert await visitor.page.evaluate("sessionStorage['alongside:value:injection']") == "inline"


async def test_policy_that_forbids_everything_is_told(
    visitor: Visitor, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    site.policy = documented("Trusted Types", base_url=live_stack.base_url).replace("alongside", "other")
    await visitor.page.goto(f"{site.origin}/one")
    await desk.accept(await visitor.ask())
    await visitor.part("link").click()
    await visitor.part("consent").click()
    await visitor.reach("ended")
    script = "document.querySelector('alongside-assist').shadowRoot.textContent"
    assert "security rules" in await visitor.page.evaluate(script)


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
