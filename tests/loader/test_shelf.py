"""The shelf of a tab is as what its documents have sent, also where one of them has not come to that."""

import json

import pytest
from playwright.async_api import WebSocketRoute

from tests.loader.conftest import Visitor
from tests.loader.site import Site

LINKS = "".join(f"<li><a href=page{n}>Chapter {n} of the book</a></li>" for n in range(60))
EDITION = "JSON.parse(sessionStorage['alongside:value:shelf'] || '{}').edition"
# What the next document finds when a process of the browser is gone: this one has never said that it was left.
CRASHES = """addEventListener("pagehide", () => {
  const state = JSON.parse(sessionStorage["alongside:state"]);
  sessionStorage["alongside:state"] = JSON.stringify({ ...state, isLeft: false });
})"""


@pytest.fixture(autouse=True)
def body(site: Site) -> None:
    site.body = f"<ul>{LINKS}</ul>"


async def edition(visitor: Visitor) -> int:
    await visitor.until(EDITION)
    return int(await visitor.page.evaluate(EDITION))


async def go_on(visitor: Visitor, path: str) -> None:
    await visitor.page.goto(f"{visitor.site.origin}/{path}")
    await visitor.captured()


async def test_document_that_crashed_leaves_no_shelf(visitor: Visitor) -> None:
    await visitor.go_live()
    first = await edition(visitor)
    await go_on(visitor, "two")
    assert await edition(visitor) == first
    await visitor.page.evaluate(CRASHES)
    await go_on(visitor, "one")
    await visitor.until(f"{EDITION} && {EDITION} !== {first}")


async def test_shelf_that_was_lost_while_nothing_captures_begins_anew(visitor: Visitor) -> None:
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    await visitor.page.route_web_socket("**/ws/assist/visitor/**", through)
    await visitor.go_live()
    first = await edition(visitor)
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    await visitor.page.goto(f"{visitor.site.origin}/two")
    await visitor.until("document.querySelector('alongside-assist').shadowRoot.textContent.includes('Paused')")
    lines[-1].send(json.dumps({"type": "resync", "page": 1 << 16 | 1}))
    await visitor.until(f"!({EDITION})")
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    await visitor.until(f"{EDITION} && {EDITION} !== {first}")
