"""What of a stay is packed is bounded, so that neither the visitor nor who joins late is kept waiting by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.packing import PACKED
from assist.channel.protocol import Frame, FrameFlag, FrameKind, decode_frame
from tests.capture.invariant import Invariant
from tests.capture.rig import Rig, rig
from tests.capture.test_queue import hand_over, reported
from tests.capture.test_storms import is_shelf

PAGE = "<!doctype html><title>List</title><h1>List</h1><ul></ul><p>Nothing yet</p>"
ROWS = """count => document.querySelector('ul').append(...Array.from({ length: count }, (_, at) => {
  const row = document.createElement('li');
  row.textContent = `Row ${at * at % 9973}`;
  return row;
}))"""
SAY = "text => { document.querySelector('p').textContent = text; }"
FILL = "document.querySelector('textarea').value = 'x'.repeat(40000)"
# Of text; each says something else.
LENGTH, TIMES = 30_000, 6


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    (tmp_path / "list.html").write_text(PAGE)
    with rig(browser, tmp_path) as made:
        made.open("list.html")
        made.settle()
        yield made


def begun(shown: Rig) -> list[Frame]:
    """Of the page: the frames with which a stream begins."""
    frames = [decode_frame(frame) for frame in shown.frames if not is_shelf(frame)]
    return [frame for frame in frames if frame.flags & FrameFlag.STREAM_START]


def packs(frame: Frame) -> bool:
    return frame.payload.startswith(PACKED)


def say(shown: Rig, text: str) -> None:
    shown.visitor.evaluate(SAY, text)
    shown.until(lambda: shown.page.inner_text("p") == text)


def equal_for_who_joins_late(shown: Rig) -> None:
    equal = Invariant(shown)
    shown.until(equal, equal)
    taken = len(reported(shown, "taken"))
    hand_over(shown, shown.frames)
    shown.until(lambda: len(reported(shown, "taken")) > taken)
    assert equal(), equal


def test_little_is_packed_in_one_stream(shown: Rig) -> None:
    shown.visitor.evaluate(ROWS, 100)
    say(shown, "A hundred rows")
    assert [packs(frame) for frame in begun(shown)] == [True]
    equal_for_who_joins_late(shown)


def test_what_comes_at_once_and_is_much_is_deflated_and_so_is_what_follows(shown: Rig) -> None:
    shown.visitor.evaluate(ROWS, 3000)
    say(shown, "Many rows")
    assert [(frame.kind, packs(frame)) for frame in begun(shown)] == [
        (FrameKind.SNAPSHOT, True),
        (FrameKind.OPERATIONS, False),
    ]
    equal_for_who_joins_late(shown)


def test_what_becomes_much_is_deflated_from_there_on(shown: Rig) -> None:
    for at in range(TIMES):
        say(shown, " ".join(str(n * n * (at + 7) % 999_983) for n in range(LENGTH // 7)))
    assert [(frame.kind, packs(frame)) for frame in begun(shown)] == [
        (FrameKind.SNAPSHOT, True),
        (FrameKind.OPERATIONS, False),
    ]
    equal_for_who_joins_late(shown)


def test_page_that_begins_with_much_is_deflated(browser: Browser, tmp_path: Path) -> None:
    """What is in its fields stands in its own stream, as its tree does not, which is put on the shelf."""
    (tmp_path / "list.html").write_text(f"{PAGE}<textarea></textarea><script>{FILL}</script>")
    with rig(browser, tmp_path) as shown:
        shown.open("list.html")
        shown.settle()
        say(shown, "Little")
        assert [packs(frame) for frame in begun(shown)] == [False]
        equal_for_who_joins_late(shown)
