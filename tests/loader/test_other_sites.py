"""What another site shows and lets no script read is on the agent's screen exactly where the tenant names the site."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.e2e.test_canaries import listen
from tests.faults.agents import Agent
from tests.fidelity.site import picture
from tests.loader.conftest import Desk, Visitor
from tests.loader.test_common import WAIT_SECONDS, comes_true, said
from tests.pages.other_site import OtherSite, answer
from tests.stack import LiveStack

RED, BLUE = picture("red", 120, 60), picture("blue", 40, 30)
SHEET = b"#own { color: rgb(1, 2, 3); background: url(back.png) }"
CARD = "4111111111111111"
BODY = """<link rel=stylesheet href="{other}/a.css"><p>Before</p><img id="there" src="{other}/a.png" alt="Portrait">
<p class="private"><img id="masked" src="{other}/masked.png"></p><img id="secret" src="{other}/a.png?id={card}">
<div id="blocked"><img src="{other}/blocked.png"></div><img id="broken" src="{other}/broken.png"><p>After</p>"""
RULES = {"mask": [".private"], "block": ["#blocked"]}
# Of the page as it is rebuilt.
SEEN = """() => {
  const pages = [...self.document.querySelectorAll("[data-testid=assist-page]")];
  const { contentDocument: document, contentWindow: window } = pages.find((f) => f.getClientRects().length) ?? {};
  if (!document?.getElementById("broken")) return {};
  const picture = (id) => {
    const image = document.getElementById(id);
    const gap = image.getAttribute("data-alongside-gap");
    return `${image.naturalWidth} ${gap ?? image.src.split("/").pop()}`;
  };
  const { color, backgroundImage } = window.getComputedStyle(document.getElementById("own"));
  return { there: picture("there"), secret: picture("secret"), color, back: backgroundImage.split("/").pop() };
}"""
READER = "User-Agent: Alongside"


@pytest.fixture
def other() -> Iterator[OtherSite]:
    site = OtherSite()
    paths = ("/a.png", f"/a.png?id={CARD}", "/masked.png", "/blocked.png")
    site.answers |= {path: answer(RED, cache_control="no-store", set_cookie="a=1") for path in paths}
    site.answers |= {"/back.png": answer(BLUE), "/a.css": answer(SHEET, kind="text/css")}
    yield site
    site.stop()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def live(visitor: Visitor, desk: Desk, other: OtherSite, *, hosts: list[str]) -> list[bytes]:
    """On a page with things of the other site; what the visitor's page sends."""
    from helpdesk.tenants.models import Tenant

    await desk.within(Tenant.objects.filter(id=desk.tenant.id).update, asset_hosts=hosts, masking=RULES)
    visitor.site.body = BODY.format(other=f"http://localhost:{other.port}", card=CARD)
    sent = listen(visitor.page)
    await visitor.go_live()
    return sent


@pytest.fixture
async def agents(browser: Any) -> AsyncIterator[list[Agent]]:
    opened: list[Agent] = []
    yield opened
    for agent in opened:
        await agent.page.context.close()


async def seen_by(agent: Agent) -> dict[str, Any]:
    stages = [frame for frame in agent.page.frames if "/stage/" in frame.url]
    return await stages[0].evaluate(SEEN) if stages else {}


async def comes_to_be_seen(agent: Agent, wanted: dict[str, Any]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not wanted.items() <= (seen := await seen_by(agent)).items():
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.05)


def read_by_the_server(other: OtherSite) -> list[str]:
    return sorted(head.split(" ")[1] for head in other.asked if READER in head)


async def test_what_the_tenant_names_is_shown_and_nothing_hidden_asked_for(
    visitor: Visitor, desk: Desk, other: OtherSite, live_stack: LiveStack, browser: Any, agents: list[Agent]
) -> None:
    sent = await live(visitor, desk, other, hosts=["cdn.example.com", f"localhost:{other.port}"])
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    agents.append(agent)

    shown = {"there": f"120 {digest(RED)}", "color": "rgb(1, 2, 3)", "back": f'{digest(BLUE)}")'}
    await comes_to_be_seen(agent, shown)
    await comes_true(lambda: asyncio.to_thread(lambda: b'broken.png","not_readable",0,0]' in said(sent)))
    assert read_by_the_server(other) == ["/a.css", "/a.png", "/back.png"]
    asked = [head.lower() for head in other.asked if READER in head]
    assert not [head for head in asked if "\r\ncookie:" in head or "\r\nreferer:" in head or "\r\norigin:" in head]
    assert CARD.encode() not in said(sent)
    assert (await seen_by(agent))["secret"] == "120 Picture that can't be read"


@pytest.mark.parametrize("host", ["", "cdn.example.com", "localhost", "*.localhost.example"])
async def test_what_the_tenant_does_not_name_is_a_gap(
    visitor: Visitor, desk: Desk, other: OtherSite, live_stack: LiveStack, browser: Any, agents: list[Agent], host: str
) -> None:
    await live(visitor, desk, other, hosts=[host] if host else [])
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    agents.append(agent)

    await comes_to_be_seen(agent, {"there": "120 Picture that can't be read"})
    assert read_by_the_server(other) == []


async def test_reason_of_the_server_is_the_gaps(visitor: Visitor, desk: Desk, other: OtherSite) -> None:
    """The browser has the picture from its cookie, say; the server gets something else."""

    def by_reader(line: Any) -> None:
        is_server = READER in other.asked[-1]
        line.sendall(answer(b"<html>Sign in", kind="text/html") if is_server else answer(RED, cache_control="no-store"))

    other.answers["/a.png"] = by_reader
    sent = await live(visitor, desk, other, hosts=[f"localhost:{other.port}"])
    told = f'["http://localhost:{other.port}/a.png","bad_type",120,60]'.encode()
    await comes_true(lambda: asyncio.to_thread(lambda: told in said(sent)))
