"""Stepping through an archive, as the video worker and the review page do."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from assist.channel.protocol import TAB_SHIFT, FrameKind, decode_frame, encode_frame
from tests.capture import sites
from tests.capture.rig import Rig, rig

LOAD = """async (frames) => alongsideStage.load(frames.map(({ at, frame }) =>
  ({ at, frame: Uint8Array.from(atob(frame), (c) => c.charCodeAt(0)) })))"""


@pytest.fixture(scope="module")
def recorded(browser: Browser) -> Iterator[Rig]:
    with rig(browser, sites.SB_ADMIN) as shown:
        shown.open("blank.html")
        shown.settle()
        for text in ("one", "two", "three"):
            shown.visitor.evaluate("text => document.querySelector('h1').textContent = text", text)
            shown.settle()
        shown.visitor.mouse.move(300, 300)
        shown.visitor.mouse.click(310, 320)
        shown.until_sent('"mousedown"')  # what a page says as it is left can be lost on the way to this test
        shown.open("tables.html")
        shown.settle()
        yield shown


@pytest.fixture
def player(recorded: Rig) -> Iterator[tuple[Page, dict[str, Any]]]:
    page = recorded.console.context.new_page()
    page.goto(recorded.stage.url)
    frames = [{"at": decode_frame(frame).time, "frame": base64.b64encode(frame).decode()} for frame in recorded.frames]
    yield page, page.evaluate(LOAD, frames)
    page.close()


def test_page_before_stays_until_the_next_has_its_snapshot(recorded: Rig, player: tuple[Page, dict[str, Any]]) -> None:
    """Also where playing begins there, as a segment of the video does."""
    entered, snapshot = (
        [frame.time for frame in map(decode_frame, recorded.frames) if frame.kind == kind][-1]
        for kind in (FrameKind.PAGE_ENTER, FrameKind.SNAPSHOT)
    )
    assert entered < snapshot
    page, _span = player
    page.evaluate("at => alongsideStage.seek(at)", snapshot)
    assert shown_heading(page) == "three"
    page.evaluate("at => alongsideStage.seek(at)", snapshot + 1)
    assert shown_heading(page) == "Tables"


def test_viewport_stays_until_a_page_in_another_tab_has_said_its_own(
    recorded: Rig, player: tuple[Page, dict[str, Any]]
) -> None:
    frames = list(map(decode_frame, recorded.frames))
    entered = [at for at, frame in enumerate(frames) if frame.kind == FrameKind.PAGE_ENTER][-1]
    other = frames[entered].page | 2 << TAB_SHIFT
    moved = [frame._replace(page=other if at >= entered else frame.page) for at, frame in enumerate(frames)]
    page, _span = player
    sent = [{"at": frame.time, "frame": base64.b64encode(encode_frame(frame)).decode()} for frame in moved]
    page.evaluate(LOAD, sent)
    for at in (frames[0].time, frames[entered].time + 1, frames[-1].time + 1):
        viewport = page.evaluate("at => alongsideStage.seek(at).then(({ viewport }) => viewport)", at)
        assert (viewport["width"], viewport["height"]) == (1280, 720)


def shown_heading(page: Page) -> str:
    return page.frames[1].inner_text("h1")


def times_of(page: Page, span: dict[str, Any]) -> list[float]:
    found: list[float] = page.evaluate("s => alongsideStage.changes(s.startMs, s.endMs + 1)", span)
    return found


def test_every_state_is_reached_forwards_and_backwards(player: tuple[Page, dict[str, Any]]) -> None:
    page, span = player
    headings = []
    for at in [*times_of(page, span), span["endMs"] + 1]:
        page.evaluate("at => alongsideStage.seek(at)", at)
        if page.frames[1].locator("h1").count():
            headings.append(shown_heading(page))
    order = list(dict.fromkeys(headings))
    assert order == ["Blank Page", "one", "two", "three", "Tables"]
    middle = times_of(page, span)[headings.index("two")]
    page.evaluate("at => alongsideStage.seek(at)", middle + 1)
    assert shown_heading(page) in ("one", "two")


def test_seek_says_which_page_is_shown(player: tuple[Page, dict[str, Any]]) -> None:
    page, span = player
    last = page.evaluate("at => alongsideStage.seek(at)", span["endMs"] + 1)
    assert last["url"].endswith("/tables.html")
    assert last["kind"] == "html"
    assert (last["viewport"]["width"], last["viewport"]["height"]) == (1280, 720)
    first = page.evaluate("at => alongsideStage.seek(at)", span["startMs"] + 50)
    assert first["url"].endswith("/blank.html")
    assert first["page"] != last["page"]


def test_marks_are_where_the_pointer_was(player: tuple[Page, dict[str, Any]]) -> None:
    page, span = player
    marks = page.evaluate("s => alongsideStage.marks(s.startMs, s.endMs + 1)", span)
    assert {"kind": "mousedown", "x": 310, "y": 320}.items() <= next(
        mark for mark in marks if mark["kind"] == "mousedown"
    ).items()
    assert any(mark["kind"] == "move" for mark in marks)
    assert marks == sorted(marks, key=lambda mark: mark["at"])


def test_broken_frame_leaves_the_rest(recorded: Rig) -> None:
    page = recorded.console.context.new_page()
    page.goto(recorded.stage.url)
    frames = [*recorded.frames]
    broken = next(i for i, frame in enumerate(frames) if Rig.kind_of(frame) == "OPERATIONS")
    frames[broken] = frames[broken][:20] + b"\xff" * 40
    span = page.evaluate(LOAD, [{"at": 0, "frame": base64.b64encode(frame).decode()} for frame in frames])
    last = page.evaluate("at => alongsideStage.seek(at)", span["endMs"] + 1)
    assert last["url"].endswith("/tables.html")
    page.close()
