"""A shelf that the stage does not have, or can't read: what is asked for again, how often, and what heals it."""

import json
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import SHELF_COUNTER, Frame, FrameFlag, FrameKind, encode_frame
from tests.capture.rig import Rig, rig
from tests.capture.test_queue import hand_over

TAB = 1 << 16
SHELF, PAGE = TAB | SHELF_COUNTER, TAB | 1
VIEWPORT = {"width": 800, "height": 600, "dpr": 1, "screen_width": 800, "screen_height": 600, "zoom": 1}
ROW = [1, "p", {}, ["from the shelf"]]
TAKEN = "count => reports.filter(({ type }) => type === 'taken').length >= count"


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    with rig(browser, tmp_path) as made:
        yield made


def stream(page: int, seq: int, *lines: Any) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    payload = deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return encode_frame(Frame(FrameKind.SNAPSHOT, FrameFlag.STREAM_START, page, seq, time.time() * 1000, payload))


def shelf(seq: int, edition: int, *, first: int = 1) -> bytes:
    return stream(SHELF, seq, ["shelf", 0, edition, first, [ROW]])


def page(seq: int, edition: int) -> bytes:
    """One paragraph, which is the first on that edition of the shelf."""
    return stream(PAGE, seq, ["snapshot", 0, [9, [[1, "html", {}, [[1, "body", {}, [1]]]]]], {}, VIEWPORT, edition])


def push(shown: Rig, *frames: bytes) -> None:
    shown.frames += frames
    shown.pump()


def asked(shown: Rig, *, taken: int) -> list[tuple[str, int]]:
    """What the stage has asked for once it has carried out so many commands."""
    shown.console.wait_for_function(TAKEN, arg=taken)
    return [(report["type"], report["page"]) for report in shown.reports if report["type"] in ("need", "fault")]


def text_is_there(shown: Rig) -> None:
    shown.page.wait_for_function("document.querySelector('p')?.textContent === 'from the shelf'")


def test_new_edition_is_read_after_one_that_was_broken(shown: Rig) -> None:
    push(shown, shelf(1, 7, first=5), shelf(2, 8), page(3, 8))
    text_is_there(shown)
    assert asked(shown, taken=1) == [("need", SHELF)]


def test_shelf_that_cant_be_read_when_it_comes_again_is_a_fault_and_not_fetched_for_ever(shown: Rig) -> None:
    hand_over(shown, [shelf(1, 7, first=5)])
    assert asked(shown, taken=1) == [("fault", SHELF)]


def test_page_that_has_waited_for_its_shelf_is_asked_for_when_that_is_there(shown: Rig) -> None:
    hand_over(shown, [page(2, 7)])
    assert asked(shown, taken=1) == [("fault", PAGE)]
    hand_over(shown, [shelf(1, 7)])
    assert asked(shown, taken=2)[1:] == [("need", PAGE)]
    hand_over(shown, [page(2, 7)])
    text_is_there(shown)
