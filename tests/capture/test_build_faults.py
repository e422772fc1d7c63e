"""A page that can't be built, at once or in a later slice: it is reported, and nothing else suffers."""

import base64
import json
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig
from tests.capture.test_long_page import FREEZE, THAW
from tests.capture.test_player import LOAD
from tests.capture.test_queue import hand_over, reported

FIRST, SECOND = 1 << 16 | 1, 1 << 16 | 2
VIEWPORT = {"width": 800, "height": 600, "dpr": 1, "screen_width": 800, "screen_height": 600, "zoom": 1}
ROWS = 3000
SHOWN = "[...document.querySelectorAll('p')].map((row) => Number(row.textContent))"
FAULT = "reports.some(({ type }) => type === 'fault')"


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    with rig(browser, tmp_path) as made:
        yield made


def page_of(page: int, rows: int, *, bad: int | None = None, then: Any = None, time_ms: float = 0) -> list[bytes]:
    """So many paragraphs of four nodes; the bad one holds an element that can't have the shadow root that it says."""
    body: list[Any] = []
    for row in range(rows):
        at = 10 + 4 * row
        inner = [[11, at + 2, []]] if row == bad else []
        body.append([1, at, "p", {}, [[1, at + 1, "br", {}, inner], [3, at + 3, str(row)]]])
    tree = [9, 1, [[1, 2, "html", {}, [[1, 3, "body", {}, body]]]]]
    said = [["snapshot", 0, tree, {}, VIEWPORT], *([then] if then else [])]
    deflate = zlib.compressobj(wbits=-15)
    lines = "".join(f"{json.dumps(line)}\n" for line in said)
    stream = deflate.compress(lines.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
    arrival = {"url": "http://site.example/", "title": "", "kind": "html", "viewport": VIEWPORT}
    payloads = [(1, 0, json.dumps(arrival).encode()), (2, 1, stream)]
    return [
        struct.pack("!BBHIId", kind, flags, 0, page, seq, time_ms or time.time() * 1000) + payload
        for seq, (kind, flags, payload) in enumerate(payloads, start=1 + 2 * (page - FIRST))
    ]


def faults(shown: Rig) -> list[object]:
    assert not reported(shown, "need")
    return [report["page"] for report in reported(shown, "fault")]


def test_page_that_cant_be_built_is_a_fault_and_the_next_one_is_shown(shown: Rig) -> None:
    hand_over(shown, page_of(FIRST, 3, bad=1))
    shown.console.wait_for_function(FAULT)
    hand_over(shown, page_of(SECOND, 2))
    shown.console.evaluate("page => command({ type: 'show', page })", SECOND)
    shown.page.wait_for_function(f"({SHOWN}).length === 2")
    assert faults(shown) == [FIRST]


def test_same_page_is_seen_once_it_can_be_built(shown: Rig) -> None:
    """Its first try has been hidden until its style sheets are there, as each page that arrives is."""
    hand_over(shown, page_of(FIRST, 3, bad=1))
    shown.console.wait_for_function(FAULT)
    hand_over(shown, page_of(FIRST, 3))
    shown.page.wait_for_function(f"({SHOWN}).length === 3")
    shown.stage.wait_for_function("document.querySelector('iframe').style.opacity === ''")


@pytest.mark.parametrize("bad", [ROWS - 1, ROWS - 20, ROWS // 2], ids=["last", "before the last", "in a later slice"])
def test_row_that_cant_be_built_later_is_a_fault_and_all_others_are_there(shown: Rig, bad: int) -> None:
    shown.stage.evaluate(FREEZE)
    hand_over(shown, page_of(FIRST, ROWS, bad=bad))
    shown.console.wait_for_function("reports.some(({ type }) => type === 'taken')")
    shown.stage.evaluate(THAW)
    shown.console.wait_for_function(FAULT)
    assert shown.page.evaluate(SHOWN) == [row for row in range(ROWS) if row != bad]
    assert faults(shown) == [FIRST]


def test_fault_of_what_still_waits_is_not_that_of_the_next_page(shown: Rig) -> None:
    shown.stage.evaluate(FREEZE)
    hand_over(shown, page_of(FIRST, ROWS, bad=ROWS // 2))
    shown.frames += page_of(SECOND, 2)
    shown.pump()
    shown.console.wait_for_function(FAULT)
    shown.page.wait_for_function(f"({SHOWN}).length === 2")
    assert faults(shown) == [FIRST]


def test_state_that_cant_be_shown_is_reported_and_that_of_what_has_gone_is_not(shown: Rig) -> None:
    motion = {"key": 1, "id": 9999, "pseudo": "", "name": "", "state": "running", "rate": 1, "time": 0, "timing": {}}
    bad = {**motion, "key": 2, "id": 10, "keyframes": [{"offset": 7}]}
    with shown.console.expect_event("pageerror") as first:
        hand_over(shown, page_of(FIRST, 3, then=["motion", 0, [motion, bad], []]))
    assert "ffset" in first.value.message
    shown.page.wait_for_function(f"({SHOWN}).length === 3")
    assert faults(shown) == []


def test_recording_reports_a_page_that_cant_be_built_and_goes_on(shown: Rig) -> None:
    frames = [*page_of(FIRST, 3, bad=1, time_ms=1000), *page_of(SECOND, 2, time_ms=2000)]
    page = shown.console.context.new_page()
    page.goto(shown.stage.url)
    ats = (1000, 1000, 2000, 2000)
    loaded = [{"at": at, "frame": base64.b64encode(data).decode()} for at, data in zip(ats, frames, strict=True)]
    page.evaluate(LOAD, loaded)
    with page.expect_event("pageerror"):
        page.evaluate("alongsideStage.seek(1500)")
    page.evaluate("alongsideStage.seek(2500)")
    assert page.frames[1].evaluate(SHOWN) == [0, 1]
