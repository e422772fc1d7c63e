"""The script for pages that are not HTML comes where one is handed over, as the capture code does, and only there."""

import asyncio
import time
from typing import Any

import pytest

from assist.channel.protocol import FrameKind, decode_frame
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site
from tests.loader.test_policies import STRICT, Watched, documented, watched  # noqa: F401
from tests.stack import LiveStack

HAND_OVER = """(text) => Alongside.nativePage(
  { pageId: "bay", title: "Bay", root: { tag: "panel", text, rect: [0, 0, 300, 100] } })"""
UPDATE = """(text) => Alongside.nativeUpdate(
  { pageId: "bay", root: { tag: "panel", text, rect: [0, 0, 300, 100] } })"""
# The next that the page hears of, and nobody else.
ERROR = """() => new Promise((hear) => addEventListener("error", (event) => {
  event.preventDefault();
  hear(event.message);
}))"""
CAPTURE, NATIVE = 0, 1


class Codes:
    """Which scripts have come through the channel to a visitor's page."""

    def __init__(self, visitor: Visitor) -> None:
        self.came: list[int] = []
        visitor.page.on("websocket", lambda socket: socket.on("framereceived", self._note))

    def _note(self, data: Any) -> None:
        if isinstance(data, bytes) and (frame := decode_frame(data)).kind == FrameKind.CAPTURE_CODE:
            self.came.append(frame.page)


def kinds_now() -> list[str]:
    from assist.pages.models import Page

    return [str(page.kind) for page in Page.objects.order_by("entered_at", "number")]


async def kinds(desk: Desk, *, until: str) -> list[str]:
    """Of the pages that were entered, once there is one of the kind `until`."""
    deadline = time.monotonic() + 15
    while until not in (found := await desk.within(kinds_now)):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)
    return found


async def reads(desk: Desk, text: str) -> None:
    from tests.loader.test_addresses import exported

    deadline = time.monotonic() + 15
    while text not in (found := await exported(desk)):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)


async def test_page_without_one_gets_the_capture_code_alone(visitor: Visitor, desk: Desk) -> None:
    codes = Codes(visitor)
    await visitor.go_live()
    await kinds(desk, until="html")
    assert codes.came == [CAPTURE]
    assert await visitor.page.evaluate("typeof window.__alongsideNative") == "undefined"


async def test_page_that_becomes_one_gets_the_script_then_and_once(visitor: Visitor, desk: Desk) -> None:
    codes = Codes(visitor)
    await visitor.go_live()
    await kinds(desk, until="html")
    await visitor.page.evaluate(HAND_OVER, "Drawn first")
    await visitor.page.evaluate(UPDATE, "Drawn since")
    assert await kinds(desk, until="native") == ["html", "native"]
    await reads(desk, "Drawn since")
    await visitor.page.evaluate(UPDATE, "Drawn last")
    await reads(desk, "Drawn last")
    await visitor.page.click("#next")
    await visitor.captured()
    await visitor.page.evaluate(HAND_OVER, "Drawn elsewhere")
    await reads(desk, "Drawn elsewhere")
    assert codes.came == [CAPTURE, NATIVE]


async def test_page_that_was_one_before_the_session_is_nothing_else(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/one")
    await visitor.page.evaluate(HAND_OVER, "Drawn before")
    await desk.accept(await visitor.ask())
    await visitor.part("link").click()
    await visitor.part("consent").click()
    assert await kinds(desk, until="native") == ["native"]
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")
    assert await visitor.page.evaluate("typeof window.__alongsideNative") == "undefined"


async def test_page_that_becomes_one_during_a_pause_is_seen_after_it(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.go_live()
    await kinds(desk, until="html")
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    await visitor.page.evaluate(HAND_OVER, "Drawn meanwhile")
    await visitor.part("pause").click()
    await kinds(desk, until="native")
    await reads(desk, "Drawn meanwhile")


async def test_page_that_is_no_tree_is_an_error_of_the_page(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.go_live()
    await kinds(desk, until="html")
    heard = asyncio.ensure_future(visitor.page.evaluate(ERROR))
    await visitor.page.evaluate("Alongside.nativePage({ pageId: 'bay', title: 'Bay', root: { tag: 1 } })")
    assert "tag" in await heard
    await visitor.page.evaluate(HAND_OVER, "Drawn well")
    await reads(desk, "Drawn well")


@pytest.mark.parametrize("kind", ["Nonces", "Hosts only", "Trusted Types", "Trusted Types with hosts only"])
async def test_script_runs_under_the_documented_policy(
    kind: str,
    visitor: Visitor,
    watched: Watched,  # noqa: F811
    desk: Desk,
    site: Site,
    live_stack: LiveStack,
) -> None:
    site.policy = STRICT + documented(kind, base_url=live_stack.base_url)
    await visitor.go_live()
    await kinds(desk, until="html")
    await visitor.page.evaluate(HAND_OVER, "Drawn strictly")
    await reads(desk, "Drawn strictly")
    assert watched.violations == []
