"""A page's queue, as somebody who joins late gets it: built once, as it is at its end."""

import base64
import json
import time
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameFlag, FrameKind, decode_frame, encode_frame
from tests.capture.invariant import Invariant
from tests.capture.rig import QUIET_SECONDS, WAIT_SECONDS, Rig, inflated, rig

PAGE = """<!doctype html><title>Q</title><style>button:hover { color: rgb(1, 2, 3); }</style>
<body style="margin:0"><button style="width:200px;height:100px">Press</button><input><ul></ul>"""
STEPS = 12
QUEUE = """([page, frames]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  command({ type: "queue", page, frames: frames.map(bytes) });
}"""


@pytest.fixture
def filled(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    """A page that has come a long way; nothing of it has reached the stage."""
    (tmp_path / "page.html").write_text(PAGE)
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        for step in range(STEPS):
            shown.visitor.evaluate("n => document.querySelector('ul').append(`step ${n}`)", step)
            shown.visitor.wait_for_timeout(60)
        shown.visitor.fill("input", "typed")
        shown.visitor.mouse.move(50, 50)
        comes_to_rest(shown)
        yield shown


def comes_to_rest(shown: Rig) -> None:
    """As `settle`, but the stage gets nothing."""
    deadline, count = time.monotonic() + WAIT_SECONDS, 0
    while len(shown.frames) != count or '"input"' not in shown.operations():
        assert time.monotonic() < deadline, "the page does not come to rest"
        count = len(shown.frames)
        shown.visitor.wait_for_timeout(QUIET_SECONDS * 1000)


def hand_over(shown: Rig, frames: list[bytes]) -> None:
    page = decode_frame(frames[-1]).page
    shown.console.evaluate(QUEUE, [page, [base64.b64encode(frame).decode() for frame in frames]])


def reported(shown: Rig, kind: str) -> list[dict[str, object]]:
    return [report for report in shown.reports if report["type"] == kind]


def test_queue_is_shown_as_it_ends(filled: Rig) -> None:
    hand_over(filled, filled.frames)
    filled.console.wait_for_function("reports.some((report) => report.type === 'applied')")
    equal = Invariant(filled)
    assert equal(), equal
    assert filled.page.input_value("input") == "•" * len("typed")
    assert filled.page.evaluate("getComputedStyle(document.querySelector('button')).color") == "rgb(1, 2, 3)"
    [applied] = reported(filled, "applied")
    assert applied["seq"] == decode_frame(filled.frames[-1]).seq
    assert {report["name"] for report in reported(filled, "operation")} >= {"snapshot", "mutation", "input", "pointer"}


def test_what_follows_a_queue_is_applied(filled: Rig) -> None:
    hand_over(filled, filled.frames)
    before = len(filled.frames)
    filled.visitor.evaluate("document.querySelector('ul').append('afterwards')")
    filled._moved = before
    filled.until(lambda: "afterwards" in filled.page.inner_text("ul"), "a live change behind the queue")


def test_queue_that_is_not_what_its_checkpoint_names_is_a_fault(filled: Rig) -> None:
    """Told a moment after it is shown."""
    hand_over(filled, misnamed(filled.frames))
    filled.console.wait_for_function("reports.some((report) => report.type === 'fault')")
    equal = Invariant(filled)
    assert equal(), equal


def misnamed(frames: list[bytes]) -> list[bytes]:
    """The same page as one snapshot, with a checkpoint that is not its digest."""
    snapshot = next(frame for frame in frames if frame[0] == FrameKind.SNAPSHOT)
    lines = "".join(inflated(frames)).splitlines()
    said = [line for line in lines if line.startswith("[") and not line.startswith('["checkpoint"')]
    said.append(json.dumps(["checkpoint", 9999, "0" * 64]))
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    payload = deflate.compress("".join(f"{line}\n" for line in said).encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return [frames[0], encode_frame(decode_frame(snapshot)._replace(payload=payload, flags=FrameFlag.STREAM_START))]


def test_stage_says_what_it_has_taken_once_it_is_carried_out(filled: Rig) -> None:
    queue, live = filled.frames[:-1], filled.frames[-1]
    hand_over(filled, queue)
    filled.console.evaluate("f => push(f, true)", [base64.b64encode(live).decode()])
    filled.console.wait_for_function("reports.filter((report) => report.type === 'taken').length === 2")
    told = [report for report in filled.reports if report["type"] in ("applied", "taken")]
    assert [kind for kind, _ in groupby(report["type"] for report in told)] == ["applied", "taken"] * 2
    assert [report["bytes"] for report in told if report["type"] == "taken"] == [sum(map(len, queue)), len(live)]
