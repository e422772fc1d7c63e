"""The archive as a log: times from the session's start, bounds on what a payload may become."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame
from recordings.archive import events
from recordings.archive.events import MOST_PACKED, EventReader, TookTooLong, read_events
from recordings.archive.journal import Missing, missing_ranges
from recordings.archive.segments import JournalEntry
from recordings.archive.streams import (
    MAX_INFLATED_BYTES,
    PACKED_TIMES,
    Allowance,
    BadStream,
    page_stream,
)

PAGE = 1 << 16 | 1
START_MS = 1_000_000


def entry(kind: int, payload: bytes, *, seq: int, flags: int = 0, at_ms: float = START_MS) -> JournalEntry:
    """A record of the server at `at_ms`, or a visitor's frame that has that time and came a second later."""
    page, late_ms = (PAGE, 1000) if seq else (0, 0)
    return JournalEntry(b"", int(at_ms) + late_ms, encode_frame(Frame(kind, flags, page, seq, at_ms, payload)))


def start(*, offset_ms: float = 0) -> list[JournalEntry]:
    return [
        entry(FrameKind.SESSION_START, json.dumps({"started_at_ms": START_MS}).encode(), seq=0),
        entry(FrameKind.TAB_HELLO, json.dumps({"tab": 1, "offset_ms": offset_ms}).encode(), seq=0),
    ]


def deflate(*lines: Any, deflater: Any = None) -> bytes:
    deflater = deflater or zlib.compressobj(6, zlib.DEFLATED, -15)
    text = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    return deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH)


def test_operations_come_with_their_time_since_the_start() -> None:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    first = deflate(["snapshot", 0, [9, 1, []], {}, {}], deflater=deflater)
    second = deflate(["scroll", 150, 1, 0, 40], ["click", 200, "click", 5, 1, 2], deflater=deflater)
    entries = [
        *start(offset_ms=1000),
        entry(FrameKind.SNAPSHOT, first, seq=1, flags=FrameFlag.STREAM_START, at_ms=START_MS - 500),
        entry(FrameKind.OPERATIONS, second, seq=2, at_ms=START_MS - 300),
    ]
    found = [(event["at_ms"], event["name"], event["page_id"]) for event in read_events(entries)][2:]
    assert found == [(500, "snapshot", PAGE), (650, "scroll", PAGE), (700, "click", PAGE)]


PACKED = json.loads((Path(__file__).parents[1] / "vectors" / "frames" / "packed.json").read_text())


def packed(at: int) -> bytes:
    return bytes.fromhex(PACKED[at]["packed"])


def test_packed_streams_are_read_when_all_of_a_batch_is_there() -> None:
    first, second = packed(0), packed(1)
    entries = [
        entry(FrameKind.SNAPSHOT, first[:5], seq=1, flags=FrameFlag.STREAM_START | FrameFlag.MORE),
        entry(FrameKind.SNAPSHOT, first[5:], seq=2),
        entry(FrameKind.OPERATIONS, second, seq=3),
    ]
    assert [event["name"] for event in read_events([*start(), *entries])][2:] == ["pointer", "pointer", "click"]


def test_broken_packed_stream_is_a_fault_and_the_next_one_is_read() -> None:
    entries = [
        entry(FrameKind.SNAPSHOT, packed(0), seq=1, flags=FrameFlag.STREAM_START),
        entry(FrameKind.OPERATIONS, packed(1)[:-3], seq=2),
        entry(FrameKind.OPERATIONS, packed(1), seq=3),
        entry(FrameKind.SNAPSHOT, packed(0), seq=4, flags=FrameFlag.STREAM_START),
    ]
    assert [event["name"] for event in read_events([*start(), *entries])][2:] == ["pointer", "fault", "pointer"]


def test_packed_stream_ends_with_the_stay() -> None:
    entries = [
        entry(FrameKind.SNAPSHOT, packed(0), seq=1, flags=FrameFlag.STREAM_START),
        entry(FrameKind.PAGE_LEAVE, b'{"digest": ""}', seq=2),
    ]
    reader = EventReader()
    for one in [*start(), *entries]:
        list(reader.read(one))
    assert not reader.streams


def test_line_over_two_frames_comes_once_it_is_whole() -> None:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    text = b'["input", 5, 9, "abc", false]\n'
    parts = [deflater.compress(piece) + deflater.flush(zlib.Z_SYNC_FLUSH) for piece in (text[:9], text[9:])]
    entries = [
        entry(FrameKind.SNAPSHOT, parts[0], seq=1, flags=FrameFlag.STREAM_START),
        entry(FrameKind.SNAPSHOT, parts[1], seq=2),
    ]
    assert [event["name"] for event in read_events([*start(), *entries])][2:] == ["input"]


def test_payload_that_inflates_without_bound_is_named_and_left_out() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    payload = bomb.compress(b"0" * (MAX_INFLATED_BYTES + 2)) + bomb.flush(zlib.Z_SYNC_FLUSH)
    assert len(payload) < 64 * 1024
    entries = [
        *start(),
        entry(FrameKind.SNAPSHOT, payload, seq=1, flags=FrameFlag.STREAM_START),
        entry(FrameKind.OPERATIONS, b"what follows", seq=2),
        entry(FrameKind.SNAPSHOT, deflate(["snapshot", 0]), seq=3, flags=FrameFlag.STREAM_START),
    ]
    found = [(event["name"], event["data"]) for event in read_events(entries)][2:]
    assert found == [("fault", "inflates_too_much"), ("snapshot", [])]


NO_LINES = ['["a", 1e999]', '["a", 0, NaN]', '["a", 0, 1e999]', f'["a", 1{"0" * 400}]', "[" * 9999]


@pytest.mark.parametrize("line", NO_LINES)
def test_line_that_no_json_can_say_again_is_named(line: str) -> None:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    payload = deflater.compress(f"{line}\n".encode()) + deflater.flush(zlib.Z_SYNC_FLUSH)
    entries = [*start(), entry(FrameKind.SNAPSHOT, payload, seq=1, flags=FrameFlag.STREAM_START)]
    assert [(event["name"], event["data"]) for event in read_events(entries)][2:] == [("fault", "bad_stream")]


def test_bytes_that_are_no_stream_are_named() -> None:
    entries = [*start(), entry(FrameKind.SNAPSHOT, b"\xff\xff\xff", seq=1, flags=FrameFlag.STREAM_START)]
    assert [event["data"] for event in read_events(entries)][2:] == ["bad_stream"]


def test_missing_frames_are_named_by_tab() -> None:
    entries = [*start(), entry(2, b"", seq=1), entry(2, b"", seq=4), entry(FrameKind.GAP, b"{}", seq=9)]
    assert missing_ranges(entries) == [Missing(1, 2, 3, "lost"), Missing(1, 5, 8, "given_up")]


def test_stream_is_not_read_on_behind_frames_that_are_missing() -> None:
    """What was deflated after them may be read all the same, and says something else."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    said = [deflate(["input", 0, 9, text, 0], deflater=deflater) for text in ("one two", "three four", "three four")]
    entries = [
        *start(),
        entry(FrameKind.SNAPSHOT, said[0], seq=1, flags=FrameFlag.STREAM_START),
        entry(FrameKind.OPERATIONS, said[2], seq=3),
        entry(FrameKind.GAP, b'{"from_seq": 5, "to_seq": 6, "reason": "buffer full"}', seq=7),
        entry(FrameKind.SNAPSHOT, deflate(["input", 0, 9, "five", 0]), seq=8, flags=FrameFlag.STREAM_START),
    ]
    found = [(event["name"], event["page_id"], event["data"]) for event in read_events(entries)][2:]
    assert found == [
        ("input", PAGE, [9, "one two", 0]),
        ("gap", 1 << 16, {"from_seq": 2, "to_seq": 2, "reason": "lost"}),
        ("gap", 1 << 16, {"from_seq": 4, "to_seq": 4, "reason": "lost"}),
        ("gap", PAGE, {"from_seq": 5, "to_seq": 6, "reason": "buffer full"}),
        ("input", PAGE, [9, "five", 0]),
    ]


def begun(page: int, seq: int) -> JournalEntry:
    frame = Frame(FrameKind.SNAPSHOT, FrameFlag.STREAM_START, page, seq, START_MS, packed(0))
    return JournalEntry(b"", START_MS, encode_frame(frame))


def test_so_many_packed_streams_are_kept_and_no_more() -> None:
    reader = EventReader()
    for at in range(1, MOST_PACKED + 4):
        assert list(reader.read(begun(1 << 16 | at, at)))
    assert len(reader.streams) == len(reader.packed) == MOST_PACKED
    assert 1 << 16 | 3 not in reader.streams
    assert 1 << 16 | 4 in reader.streams


def test_packed_streams_have_as_much_text_as_they_bring_bytes_for() -> None:
    payload = packed(0)
    frame = Frame(FrameKind.SNAPSHOT, FrameFlag.STREAM_START, PAGE, 1, START_MS, payload)
    allowance = Allowance(5 - PACKED_TIMES * len(payload))
    with pytest.raises(BadStream, match="inflates_too_much"):
        list(page_stream(frame, 0, allowance).lines(frame))
    assert allowance.text_bytes == 0
    assert list(page_stream(frame, 0, allowance).lines(frame))


def test_so_many_deflated_streams_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_STREAMS", 3)
    reader, line = EventReader(), deflate(["scroll", 0, 1, 0, 4])
    for page in (1, 2, 3, 1, 4):
        frame = Frame(FrameKind.SNAPSHOT, FrameFlag.STREAM_START, 1 << 16 | page, 1, START_MS, line)
        assert list(reader.read(JournalEntry(b"", START_MS, encode_frame(frame))))
    assert [page & 0xFFFF for page in reader.streams] == [3, 1, 4]


def test_lines_that_never_end_are_held_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "WAITING_BYTES", 2500)
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    part, reader = deflater.compress(b"x" * 1000) + deflater.flush(zlib.Z_SYNC_FLUSH), EventReader()
    for page in range(1, 5):
        frame = Frame(FrameKind.SNAPSHOT, FrameFlag.STREAM_START, 1 << 16 | page, 1, START_MS, part)
        list(reader.read(JournalEntry(b"", START_MS, encode_frame(frame))))
    assert [page & 0xFFFF for page in reader.streams] == [3, 4]


def test_time_that_is_over_ends_the_reading_between_frames_and_in_a_batch() -> None:
    with pytest.raises(TookTooLong):
        next(read_events(start(), until=0))
    many = Frame(FrameKind.SNAPSHOT, FrameFlag.STREAM_START, PAGE, 1, START_MS, b"\xff" + bytes(64 * 1024))
    with pytest.raises(BadStream, match="takes_too_long"):
        list(page_stream(many, 0, Allowance(until=0)).lines(many))
