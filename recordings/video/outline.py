"""What the review page needs to know of a whole session, so that it never has to load one whole.

The outline says where in the archive each page begins, what to mark on the timeline, and where in the log's object
which rows are. Both are made once, by a worker, from the archive.
"""

import base64
import gzip
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assist.channel.front import FrontPage
from assist.channel.protocol import BadFrame, Frame, FrameFlag, FrameKind, decode_frame
from recordings.archive import journal
from recordings.archive.clock import Clock
from recordings.archive.events import EventReader
from recordings.archive.export.lines import Deed
from recordings.archive.segments import JournalEntry
from recordings.video.log_rows import Rows
from recordings.video.plan import Entry, Timeline, TimelineReader

ROWS_A_CHUNK = 500
# A packed stream takes Python long to read: what is beyond is on the replay and in the video, but not in the log.
LONGEST_READ_SECONDS = 900
# Beyond, the replay begins further back.
MOST_STREAMS = 50_000
MOST_HEAD_BYTES = 4 * 1024 * 1024
HEADS = {FrameKind.PAGE_ENTER, FrameKind.TAB_HELLO}


@dataclass(frozen=True)
class Outline:
    """Two objects: the index, gzipped JSON, and the log, gzipped JSON arrays one after the other."""

    index: bytes
    log: bytes


@dataclass
class Places:
    """Where in the archive's segments things begin; times in ms since the session's start."""

    started_ms: float
    timeline: TimelineReader
    clock: Clock = field(default_factory=Clock)
    front: FrontPage = field(default_factory=FrontPage)
    # (from_ms, to_ms, bytes, pages) of each segment; one that can't be read has no pages.
    segments: list[tuple[int, int, int, list[int]]] = field(default_factory=list)
    # (page, segment, entry) of each snapshot that begins a stream
    streams: list[tuple[int, int, int]] = field(default_factory=list)
    # (segment, entry, page, received_ms since 1970, frame as base64) of what a page or tab was entered with
    heads: list[tuple[int, int, int, int, str]] = field(default_factory=list)
    # (at_ms, page, segment, time by the visitor's clock) each time that another page came to the front
    fronts: list[tuple[int, int, int, float]] = field(default_factory=list)
    head_bytes: int = 0
    ends_missing: bool = False

    def take(self, segment: Sequence[JournalEntry | None]) -> None:
        """One after the other; None stands for what came before."""
        number, times, pages, size = len(self.segments), [], set(), 0
        self.ends_missing = not segment
        for position, entry in enumerate(segment):
            frame = _decoded(entry)
            if frame is None or entry is None:
                continue
            at_ms = self._at(frame, entry)
            self.timeline.take(Entry(at_ms + self.started_ms, entry.frame, entry.received_at_ms))
            self._note(number, position, frame, entry, at_ms=round(at_ms))
            times.append(round(at_ms))
            pages.add(frame.page)
            size += len(entry.frame)
        last = self.segments[-1][1] if self.segments else 0
        self.segments.append((min(times, default=last), max([*times, last]), size, sorted(pages)))

    def finished(self) -> Timeline:
        """Of what is missing at the end no later frame tells."""
        timeline = self.timeline.timeline
        if self.ends_missing:
            timeline.add_hole("gap", starts_ms=self.segments[-1][1], ends_ms=timeline.duration_ms)
        return self.timeline.finished()

    def _at(self, frame: Frame, entry: JournalEntry) -> float:
        received_ms = float(entry.received_at_ms)
        if frame.kind == FrameKind.TAB_HELLO:
            hello = json.loads(frame.payload)
            tab, offset_ms = int(hello.get("tab", frame.tab)), float(hello.get("offset_ms", 0))
            self.clock.hello(tab, offset_ms=offset_ms, received_ms=received_ms)
        at_ms = self.clock.frame(frame.tab, frame.time, received_ms=received_ms) if frame.seq else received_ms
        return max(0.0, at_ms - self.started_ms)

    def _note(self, number: int, position: int, frame: Frame, entry: JournalEntry, *, at_ms: int) -> None:
        is_start = frame.kind == FrameKind.SNAPSHOT and frame.flags & FrameFlag.STREAM_START
        if is_start and len(self.streams) < MOST_STREAMS:
            self.streams.append((frame.page, number, position))
        if frame.kind in HEADS and self.head_bytes < MOST_HEAD_BYTES:
            self.head_bytes += len(entry.frame)
            packed = base64.b64encode(entry.frame).decode()
            self.heads.append((number, position, frame.page, entry.received_at_ms, packed))
        before = self.front.page
        self.front.take(frame)
        if self.front.page != before and len(self.fronts) < MOST_STREAMS:
            self.fronts.append((at_ms, frame.page, number, frame.time))


def read_outline(
    segments: Iterable[list[JournalEntry]],
    *,
    started_at: datetime,
    ended_at: datetime,
    deeds: Iterable[Deed] = (),
    seconds_to_read: float = LONGEST_READ_SECONDS,
) -> Outline:
    """Of the archive's segments in order, an empty list for one that can't be read.

    `deeds` are those of agents, which the archive does not have.
    """
    started_ms = started_at.timestamp() * 1000
    places = Places(started_ms, TimelineReader(started_at=started_at, ended_at=ended_at))
    rows, seen = Rows(), journal.Seen()
    reader = EventReader(started_at_ms=started_ms)
    give_up_at = time.monotonic() + seconds_to_read
    for segment in segments:
        fresh = [entry if seen.is_new(entry.frame) else None for entry in segment]
        places.take(fresh)
        if not rows.is_cut:
            rows.take(_until(give_up_at, _events(reader, fresh)))
    timeline = places.finished()
    for at_ms, name, who in deeds:
        rows.add(at_ms, 0, name, who)
    for hole in timeline.holes:
        rows.add(hole.starts_ms, 0, hole.kind, "")
    rows.settle(timeline.duration_ms)
    log, chunks = _chunked(rows.rows)
    return Outline(_packed(_index(places, rows, timeline, chunks)), log)


def _index(places: Places, rows: Rows, timeline: Timeline, chunks: list[tuple[int, int, int]]) -> dict[str, Any]:
    return {
        "started_ms": places.started_ms,
        "duration_ms": timeline.duration_ms,
        "segments": places.segments,
        "streams": places.streams,
        "heads": places.heads,
        "fronts": places.fronts,
        "chapters": timeline.chapters(),
        "holes": [(hole.kind, hole.starts_ms, hole.ends_ms) for hole in timeline.holes],
        "idle": rows.idle,
        "marks": rows.marks,
        "log": {"count": len(rows.rows), "chunk": ROWS_A_CHUNK, "chunks": chunks, "is_cut": rows.is_cut},
    }


def _events(reader: EventReader, segment: Sequence[JournalEntry | None]) -> Iterator[dict[str, Any]]:
    for entry in segment:
        if entry is not None:
            yield from reader.read(entry)


def _until(give_up_at: float, events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any] | None]:
    """None, and then nothing more, when the time is over."""
    for event in events:
        if time.monotonic() > give_up_at:
            yield None
            return
        yield event


def _chunked(rows: list[tuple[int, int, str, str]]) -> tuple[bytes, list[tuple[int, int, int]]]:
    """The log, and (time of the first row, start and size in bytes) of each chunk."""
    log, chunks = bytearray(), []
    for begin in range(0, len(rows), ROWS_A_CHUNK):
        part = rows[begin : begin + ROWS_A_CHUNK]
        data = _packed(part)
        chunks.append((part[0][0], len(log), len(data)))
        log += data
    return bytes(log), chunks


def _packed(value: Any) -> bytes:
    # Half of a surrogate pair, which a page's text can end with, becomes a question mark.
    return gzip.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"), mtime=0)


def _decoded(entry: JournalEntry | None) -> Frame | None:
    try:
        return decode_frame(entry.frame) if entry else None
    except BadFrame:
        return None
