"""What does not fit and what is too much: the export of a session goes on, and says what it leaves out."""

import json
from collections import deque
from typing import Any

import pytest

from assist.channel.protocol import FrameFlag, FrameKind
from recordings.archive.events import EventReader
from recordings.archive.export import held, pages, rrweb
from recordings.archive.export.assets import ArchiveAssets
from recordings.archive.export.lines import _logged, as_line
from recordings.archive.export.pages import Shelves
from recordings.archive.export.rrweb import Converter
from recordings.archive.export.tree import TreeFault
from tests.archive.visitor import OTHER, PAGE, START_MS, Visitor, mutation, opened, texts

BROKEN_PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x01IHDR" + bytes(5)


@pytest.mark.parametrize(
    "node",
    [
        [1, "input", {"type": 5}, []],
        [1, "img", {"src": ["x"]}, []],
        [1, "p", {}, [], {"block": 7}],
        [1, "canvas", {}, []],
    ],
    ids=lambda node: str(node[1]),
)
def test_node_that_makes_no_sense_leaves_a_gap_that_is_named(node: list[Any]) -> None:
    """Also where it comes to light only when the visitor turns to its page."""
    visitor = Visitor()
    visitor.converter = Converter(ArchiveAssets({"a" * 64: "image/png", "b" * 64: "image/png"}, lambda sha: BROKEN_PNG))
    visitor._read(FrameKind.SESSION_START, b'{"started_at_ms": %d}' % START_MS, page=0)
    visitor.enter()
    visitor.snapshot(["here"])
    visitor.enter(OTHER, flags=FrameFlag.BACKGROUND)
    visitor.snapshot([node], page=OTHER, canvas=[[4, f"{'a' * 64} {'b' * 64} 0 0"]], values=[[4, "x", 1]])
    turned = visitor._read(FrameKind.VISIBILITY, b"{}", page=OTHER, flags=FrameFlag.FRONT)
    if node[1] != "canvas":  # whose first picture stands for both
        assert turned[-1]["data"]["tag"] == "alongside.fault"
        assert (turned[-1]["data"]["payload"]["page_id"], turned[-1]["data"]["payload"]["what"]) == (OTHER, "page")
        assert visitor.say("mutation", 1, {"t": [[4, "x"]]}, 0, page=OTHER) == []
    assert [event["type"] for event in visitor.snapshot(["again"], page=OTHER)] == [4, 2]
    back = visitor._read(FrameKind.VISIBILITY, b"{}", page=PAGE, flags=FrameFlag.FRONT)
    assert texts(next(event["data"]["node"] for event in back if event["type"] == 2)) == "here"


def test_page_of_a_tab_that_has_lost_frames_is_not_shown_as_it_was() -> None:
    visitor = opened(["shown"])
    left, elsewhere = PAGE + 1, OTHER
    for page in (left, elsewhere):
        visitor.enter(page, flags=FrameFlag.BACKGROUND)
        visitor.snapshot(["before"], page=page)
    visitor.seqs[PAGE >> 16] += 2
    gap, *_ = visitor.control(FrameKind.VISIBILITY, {})
    data = {"from_seq": visitor.seqs[PAGE >> 16] - 2, "to_seq": visitor.seqs[PAGE >> 16] - 1, "reason": "lost"}
    assert gap["data"] == {"tag": "alongside.gap", "payload": {"page_id": PAGE >> 16 << 16, "data": data}}
    kinds = [
        [event["type"] for event in visitor._read(FrameKind.VISIBILITY, b"{}", page=page, flags=FrameFlag.FRONT)]
        for page in (left, elsewhere)
    ]
    assert kinds == [[5], [5, 4, 2]]
    assert [event["type"] for event in visitor.snapshot(["again"], page=left)] == []
    assert [
        event["type"] for event in visitor._read(FrameKind.VISIBILITY, b"{}", page=left, flags=FrameFlag.FRONT)
    ] == [
        5,
        4,
        2,
    ]


def test_pages_heard_of_longest_ago_are_left_out_when_there_are_too_many(monkeypatch: Any) -> None:
    monkeypatch.setattr(held, "HELD_CHARACTERS", 36_000)
    monkeypatch.setattr(held, "LEFT_CHARACTERS", 30_000)
    visitor = opened(["first"])
    others = [number << 16 | 1 for number in range(2, 5)]
    for other in others:
        visitor.enter(other, flags=FrameFlag.BACKGROUND)
        visitor.snapshot(["x" * 9000], page=other)
    faults = [event["data"]["payload"] for event in visitor.events if event["data"].get("tag") == "alongside.fault"]
    assert [(fault["page_id"], fault["what"]) for fault in faults] == [(others[0], "page")]
    assert "next snapshot" in faults[0]["why"]
    # The one that is shown goes on; the one that was left out begins anew.
    assert visitor.say("mutation", 1, {"t": [[4, "still"]]}, 0)
    assert visitor._read(FrameKind.VISIBILITY, b"{}", page=others[0], flags=FrameFlag.FRONT)[0]["type"] == 5
    assert [event["type"] for event in visitor.snapshot(["new"], page=others[0])][:2] == [4, 2]


def test_long_page_is_kept_however_much_was_said_of_it(monkeypatch: Any) -> None:
    """What counts is what it is, not what it was: texts that were replaced, nodes that are gone."""
    monkeypatch.setattr(held, "HELD_CHARACTERS", 36_000)
    monkeypatch.setattr(held, "LEFT_CHARACTERS", 30_000)
    visitor = opened(["", [1, "ul", {}, []]])
    for number in range(20):
        assert mutation(visitor.say("mutation", number, {"t": [[4, "x" * 9000]]}, 0))
        visitor.say("mutation", number, {"a": [[5, 0, [1, "img", {}, []]]]}, 100 + number)
        visitor.say("scroll", number, 100 + number, 0, 9)
        visitor.say("mutation", number, {"r": [[5, 100 + number]]}, 0)
    page = visitor.converter.page(PAGE)
    assert (len(page.shown), len(page.scroll) < 20) == (0, True)


def test_pages_are_forgotten_when_there_are_thousands(monkeypatch: Any) -> None:
    monkeypatch.setattr(held, "MOST_PAGES", 3)
    visitor = opened(["shown"])
    for number in range(2, 9):
        visitor.enter(PAGE + number, flags=FrameFlag.BACKGROUND)
    with pytest.raises(KeyError):
        visitor.converter.page(PAGE + 2)
    assert visitor.converter.page(PAGE).tree
    assert not [event for event in visitor.events if event["data"].get("tag") == "alongside.fault"]


def test_shelves_are_cleared_when_there_is_too_much_on_them(monkeypatch: Any) -> None:
    monkeypatch.setattr(pages, "SHELF_CHARACTERS", 100)
    shelves = Shelves()
    shelves.put(1, 7, 1, ["a"], characters=60)
    shelves.put(2, 7, 1, ["b"], characters=60)
    assert (shelves.look(1, 7, 1), shelves.look(2, 7, 1)) == (None, "b")
    with pytest.raises(TreeFault):
        shelves.put(2, 7, 2, ["c"], characters=60)
    assert shelves.look(2, 7, 1) is None


def test_packed_frame_that_takes_too_long_is_named(monkeypatch: Any) -> None:
    monkeypatch.setattr(rrweb, "FRAME_SECONDS", -1)
    monkeypatch.setattr("assist.channel.packing.BYTES_BETWEEN_LOOKS", 1)
    visitor = Visitor()
    visitor.enter()
    read = visitor._read(FrameKind.SNAPSHOT, b"\xff" + bytes(20), page=PAGE, flags=FrameFlag.STREAM_START)
    assert [event["data"]["payload"]["data"] for event in read] == ["takes_too_long"]


def test_words_of_operations_that_are_none_do_not_end_the_log() -> None:
    """A page may give its operations any name and any shape."""
    deep: Any = []
    for _level in range(5000):
        deep = [deep]
    said = [("page_enter", [1]), ("mutation", {"a": 1}), ("mutation", [{"a": 5, "t": [1]}]), ("x", deep)]
    events = [{"at_ms": 0, "page_id": 1, "name": name, "data": data} for name, data in said]
    rows = b"".join(_logged(events, EventReader(), {}, deque())).decode().splitlines()
    assert [row.rpartition(",mutation,")[2] for row in rows[1:3]] == ['"{""a"": 1}"', '"{""texts"": 1}"']
    assert rows[3].endswith(",x,too_deep")
    assert json.loads(as_line(events[3]))["data"] == "too_deep"
