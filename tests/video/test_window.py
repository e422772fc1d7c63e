"""A stretch of the video needs its part of the archive only, and shows the same as with all of it."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from assist.channel.protocol import SHELF_COUNTER, Frame, FrameFlag, FrameKind, decode_frame, encode_frame
from recordings.archive.clock import Clock
from recordings.archive.segments import JournalEntry
from recordings.video.plan import Timeline, TimelineReader, server_times
from recordings.video.window import ArchiveIndex, Window, as_document, joined, narrowed, of_document

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
EPOCH_MS = STARTED.timestamp() * 1000
ONE, TWO = 1 << 16 | 1, 1 << 16 | 2
SHELF = 1 << 16 | SHELF_COUNTER
Parts = list[tuple[int, list[JournalEntry]]]


class Session:
    """Frames of tab 1, each in an archive segment of its own; the visitor's clock is 500 ms behind."""

    def __init__(self) -> None:
        self.parts: Parts = []
        self._seqs = count(1)
        self._add(0, Frame(FrameKind.TAB_HELLO, 0, 0, 0, EPOCH_MS, b'{"tab": 1, "offset_ms": 500}'))

    def add(self, frame_kind: FrameKind, at_ms: float, *, page: int = ONE, flags: int = 0, **payload: Any) -> "Session":
        text = json.dumps(payload).encode()
        self._add(at_ms, Frame(frame_kind, flags, page, next(self._seqs), EPOCH_MS + at_ms - 500, text))
        return self

    def _add(self, at_ms: float, frame: Frame) -> None:
        entry = JournalEntry(b"", int(EPOCH_MS + at_ms) + 1, encode_frame(frame))
        self.parts.append((len(self.parts) + 1, [entry]))

    def visit(self, at_ms: float, *, page: int = ONE) -> "Session":
        self.add(FrameKind.PAGE_ENTER, at_ms, page=page, kind="html", url="/", title="")
        return self.add(FrameKind.SNAPSHOT, at_ms + 10, page=page, flags=FrameFlag.STREAM_START)


def indexed(parts: Parts, *, started_at: datetime, ended_at: datetime) -> tuple[Timeline, ArchiveIndex]:
    reader = TimelineReader(started_at=started_at, ended_at=ended_at)
    index, clock = ArchiveIndex(), Clock()
    for number, entries in parts:
        frames = [(float(entry.received_at_ms), entry.frame) for entry in entries]
        for entry in server_times(frames, clock=clock):
            reader.take(entry)
            index.take(number, entry, timeline=reader.timeline, clock=clock)
    return reader.finished(), index


def cut_out(parts: Parts, *, starts_ms: int, ends_ms: int, seconds: float) -> list[tuple[float, bytes]]:
    """What the stage would load for that stretch, by way of the row that keeps it."""
    return cut_together(parts, (starts_ms, ends_ms), seconds=seconds)


def cut_together(parts: Parts, *edges: tuple[int, int], seconds: float) -> list[tuple[float, bytes]]:
    """What it would load for those stretches at once."""
    timeline, index = indexed(parts, started_at=STARTED, ended_at=STARTED + timedelta(seconds=seconds))
    found = [index.window(timeline, starts_ms=start, ends_ms=end, epoch_ms=EPOCH_MS) for start, end in edges]
    window = joined(of_document(json.loads(json.dumps(as_document(one)))) for one in found)
    return list(narrowed(window, [part for part in parts if part[0] in window.numbers]))


def kept(entries: list[tuple[float, bytes]]) -> list[int]:
    """Seqs of frames of pages that came as they were."""
    frames = [decode_frame(data) for _, data in entries]
    return [frame.seq for frame in frames if frame.seq and frame.kind != FrameKind.VISIBILITY]


def test_stretch_needs_its_page_from_the_newest_snapshot_and_nothing_later() -> None:
    session = Session().visit(0)  # 1, 2
    session.add(FrameKind.OPERATIONS, 5000)  # 3
    session.add(FrameKind.SNAPSHOT, 60_000, flags=FrameFlag.STREAM_START)  # 4
    session.add(FrameKind.OPERATIONS, 90_000).add(FrameKind.OPERATIONS, 130_000)  # 5, 6
    session.add(FrameKind.OPERATIONS, 200_000)  # 7
    entries = cut_out(session.parts, starts_ms=120_000, ends_ms=140_000, seconds=240)
    assert kept(entries) == [1, 4, 5, 6]


def test_stretch_needs_the_page_before_and_the_shelf_that_its_snapshot_refers_to() -> None:
    session = Session().add(FrameKind.SNAPSHOT, 0, page=SHELF, flags=FrameFlag.STREAM_START)  # 1
    session.visit(100).visit(50_000, page=TWO)  # 2, 3 and 4, 5
    session.add(FrameKind.SNAPSHOT, 80_000, page=SHELF, flags=FrameFlag.STREAM_START)  # 6
    session.add(FrameKind.OPERATIONS, 90_000, page=TWO)  # 7
    entries = cut_out(session.parts, starts_ms=100_000, ends_ms=110_000, seconds=200)
    assert kept(entries) == [1, 2, 3, 4, 5, 6, 7]


def test_clock_is_where_it_was_though_frames_are_left_out() -> None:
    session = Session().visit(0)
    for at_ms in range(1000, 100_000, 1000):
        session.add(FrameKind.OPERATIONS, at_ms, page=ONE)
    session.visit(100_000, page=TWO).visit(110_000, page=TWO).add(FrameKind.OPERATIONS, 120_000, page=TWO)
    received = [(float(entry.received_at_ms), entry.frame) for _, entries in session.parts for entry in entries]
    whole = {decode_frame(entry.data).seq: entry.at_ms for entry in server_times(received)}
    entries = cut_out(session.parts, starts_ms=115_000, ends_ms=125_000, seconds=130)
    times = {decode_frame(entry.data).seq: entry.at_ms for entry in server_times(entries) if entry.data[0] != 11}
    assert len(entries) < 20
    assert {seq: at for seq, at in times.items() if seq > 1} == {seq: whole[seq] for seq in times if seq > 1}


def test_frames_of_other_pages_are_there_by_their_heads() -> None:
    session = Session().visit(0).visit(1000, page=TWO)
    session.add(FrameKind.OPERATIONS, 100_000, page=TWO, said="kept")
    session.add(FrameKind.OPERATIONS, 101_000, page=ONE + 7, said="of no page that is shown")
    entries = cut_out(session.parts, starts_ms=99_000, ends_ms=105_000, seconds=110)
    said = [data for _, data in entries if b"said" in data]
    assert [b"kept" in data for data in said] == [True]
    assert decode_frame(entries[-1][1]).time == EPOCH_MS + 100_500


def test_stretches_that_follow_each_other_need_together_what_each_needs() -> None:
    session = Session().visit(0)
    for at_ms in range(1000, 100_000, 1000):
        session.add(FrameKind.OPERATIONS, at_ms)
    session.visit(100_000, page=TWO)
    for at_ms in range(101_000, 150_000, 1000):
        session.add(FrameKind.OPERATIONS, at_ms, page=TWO)
    session.visit(150_000).visit(160_000, page=TWO).add(FrameKind.OPERATIONS, 170_000, page=TWO)
    edges = (90_000, 110_000), (110_000, 140_000), (140_000, 175_000)
    alone = [cut_together(session.parts, one, seconds=180) for one in edges]
    together = cut_together(session.parts, *edges, seconds=180)
    assert set(kept(together)) >= {seq for entries in alone for seq in kept(entries)}
    assert len(set(kept(together))) == len(kept(together))
    received = [(float(entry.received_at_ms), entry.frame) for _, entries in session.parts for entry in entries]
    whole = {decode_frame(entry.data).seq: entry.at_ms for entry in server_times(received)}
    times = {decode_frame(entry.data).seq: entry.at_ms for entry in server_times(together) if entry.data[0] != 11}
    assert all(abs(at - whole[seq]) <= 1 for seq, at in times.items() if seq > 1)  # 1 ms on its way


def test_missing_frames_are_told_where_streams_can_not_be_read_on() -> None:
    session = Session().visit(0)  # 1, 2
    for at_ms in (1000, 2000, 3000, 4000):
        session.add(FrameKind.OPERATIONS, at_ms)  # 3 to 6
    session.add(FrameKind.GAP, 5000, from_seq=7, to_seq=7)
    lost = [part for part in session.parts if part[0] not in (4, 6)]  # seqs 3 and 5
    entries = [decode_frame(data) for _, data in cut_out(lost, starts_ms=0, ends_ms=6000, seconds=6)]
    told = [(frame.kind, frame.seq, frame.tab) for frame in entries if frame.tab and frame.kind != FrameKind.VISIBILITY]
    gap = (FrameKind.GAP, 0, 1)
    assert told == [
        (FrameKind.PAGE_ENTER, 1, 1),
        (FrameKind.SNAPSHOT, 2, 1),
        gap,
        (FrameKind.OPERATIONS, 4, 1),
        gap,
        (FrameKind.OPERATIONS, 6, 1),
        (FrameKind.GAP, 7, 1),
    ]


def test_what_was_left_out_on_purpose_is_not_missing() -> None:
    session = Session().visit(0)  # 1, 2
    for at_ms in (1000, 2000, 3000):
        session.add(FrameKind.OPERATIONS, at_ms)  # 3 to 5
    hello = encode_frame(Frame(FrameKind.TAB_HELLO, 0, 1 << 16, 0, EPOCH_MS, b'{"tab": 1, "offset_ms": 500}'))
    parts = [part for part in session.parts if part[0] != 4]
    parts[3][1].insert(0, JournalEntry(b"", int(EPOCH_MS), hello))
    window = Window([number for number, _ in parts], {ONE: 0}, {})
    assert [decode_frame(data).seq for _, data in narrowed(window, parts)] == [0, 1, 2, 0, 4, 5]


def test_gap_between_stretches_is_told_though_the_second_knows_what_should_have_been_there() -> None:
    session = Session().visit(0)
    for at_ms in range(1000, 60_000, 1000):
        session.add(FrameKind.OPERATIONS, at_ms)
    session.add(FrameKind.SNAPSHOT, 60_000, flags=FrameFlag.STREAM_START)
    for at_ms in range(61_000, 120_000, 1000):
        session.add(FrameKind.OPERATIONS, at_ms)
    timeline, index = indexed(session.parts, started_at=STARTED, ended_at=STARTED + timedelta(seconds=120))
    edges = (50_000, 70_000), (70_000, 90_000)
    windows = [index.window(timeline, starts_ms=start, ends_ms=end, epoch_ms=EPOCH_MS) for start, end in edges]
    lost = max(windows[1].tabs) - 1
    assert lost in windows[0].numbers
    for window in (windows[0], joined(windows)):
        parts = [(number, [] if number == lost else found) for number, found in session.parts]
        entries = list(narrowed(window, [part for part in parts if part[0] in window.numbers]))
        assert [decode_frame(data).kind for _, data in entries].count(FrameKind.GAP) == 1
