"""The archive as a log that people and programs read: one dict for each operation, in order."""

import json
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assist.channel.messages import strict_json
from assist.channel.models import AssistSession
from assist.channel.protocol import STREAMED, TAB_SHIFT, BadFrame, Frame, FrameFlag, FrameKind, decode_frame
from recordings.archive import journal
from recordings.archive.clock import Clock
from recordings.archive.segments import JournalEntry
from recordings.archive.streams import Allowance, BadStream, PackedStream, PageStream, page_stream

ENDING = {FrameKind.PAGE_LEAVE, FrameKind.PAGE_CLOSE}
# A packed stream takes a MB, and a visitor may begin thousands: a page and a shelf for each connection at least.
MOST_PACKED = 100
# A deflated one takes 40 KB, besides what it holds of a line that is not whole.
MOST_STREAMS = 1000
WAITING_BYTES = 64 * 1024 * 1024


class TookTooLong(Exception):
    """The time that a reader has is over."""


@dataclass
class EventReader:
    """Takes entries in order; a page whose stream is bad waits for the next one.

    Behind frames of a tab that are missing without its word all its pages do: bytes of a stream would stand for others.
    """

    started_at_ms: float = 0
    clock: Clock = field(default_factory=Clock)
    # By page, both with the one heard of last at the end.
    streams: dict[int, PageStream] = field(default_factory=dict)
    packed: dict[int, None] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)
    # By tab, the seq that comes next.
    expected: dict[int, int] = field(default_factory=dict)
    # Of what the last event was read from.
    said_bytes: int = 0

    def read(self, entry: JournalEntry) -> Iterator[dict[str, Any]]:
        try:
            frame = decode_frame(entry.frame)
        except BadFrame:
            return
        received_ms = float(entry.received_at_ms)
        at_ms = self.clock.frame(frame.tab, frame.time, received_ms=received_ms) if frame.seq else received_ms
        yield from self._missing(frame, at_ms)
        if frame.kind in STREAMED:
            yield from self._operations(frame, at_ms)
        else:
            if frame.kind in ENDING and isinstance(self.streams.get(frame.page), PackedStream):
                self._drop(frame.page)  # who comes back to the page begins anew
            yield self._control(frame, at_ms)

    def _missing(self, frame: Frame, at_ms: float) -> Iterator[dict[str, Any]]:
        """Frames that are not there before this one, and of which nothing was said."""
        gap = _object(frame.payload) if frame.kind == FrameKind.GAP else {}
        if not frame.seq:  # a record of what the archive has lost
            if gap:
                self._lose(frame.tab, next_seq=_seq(gap, "to_seq", 0) + 1)
            return
        expected, first = self.expected.get(frame.tab, 1), _seq(gap, "from_seq", frame.seq)
        if first > expected:
            self._lose(frame.tab, next_seq=first)
            said = {"from_seq": expected, "to_seq": first - 1, "reason": journal.LOST}
            yield self._event(at_ms, frame._replace(page=frame.tab << TAB_SHIFT), "gap", said)
        self.expected[frame.tab] = max(expected, frame.seq + 1)

    def _lose(self, tab: int, *, next_seq: int) -> None:
        self.expected[tab] = max(self.expected.get(tab, 1), next_seq)
        for page in [page for page in self.streams if page >> TAB_SHIFT == tab]:
            self._drop(page)

    def _control(self, frame: Frame, at_ms: float) -> dict[str, Any]:
        payload, self.said_bytes = _object(frame.payload), len(frame.payload)
        if frame.kind == FrameKind.SESSION_START:
            self.started_at_ms = float(payload.get("started_at_ms", at_ms))
        if frame.kind == FrameKind.TAB_HELLO:
            offset_ms = float(payload.get("offset_ms", 0))
            self.clock.hello(int(payload.get("tab", 0)), offset_ms=offset_ms, received_ms=at_ms)
        return self._event(at_ms, frame, _name(frame.kind), payload)

    def _operations(self, frame: Frame, at_ms: float) -> Iterator[dict[str, Any]]:
        if frame.flags & FrameFlag.STREAM_START:
            self.streams[frame.page] = page_stream(frame, at_ms, self.allowance)
        stream = self.streams.get(frame.page)
        if stream is None:
            return
        self._note(frame.page, stream)
        try:
            for line in stream.lines(frame):
                yield self._operation(frame, stream, line)
        except BadStream as error:
            self._drop(frame.page)
            yield self._event(at_ms, frame, "fault", str(error))
            return
        if stream.waiting_bytes:
            self._bound_waiting()

    def _note(self, page: int, stream: PageStream) -> None:
        """It was heard of just now; of too many that goes of which nothing was heard for longest."""
        self.packed.pop(page, None)
        self.streams[page] = self.streams.pop(page)
        if isinstance(stream, PackedStream):
            self.packed[page] = None
        if len(self.packed) > MOST_PACKED:
            self._drop(next(iter(self.packed)))
        if len(self.streams) > MOST_STREAMS:
            self._drop(next(iter(self.streams)))

    def _bound_waiting(self) -> None:
        waiting = sum(stream.waiting_bytes for stream in self.streams.values())
        while waiting > WAITING_BYTES:
            page = next(page for page, stream in self.streams.items() if stream.waiting_bytes)
            waiting -= self.streams[page].waiting_bytes
            self._drop(page)

    def _drop(self, page: int) -> None:
        self.packed.pop(page, None)
        del self.streams[page]

    def _operation(self, frame: Frame, stream: PageStream, line: bytes) -> dict[str, Any]:
        try:
            name, time, *data = strict_json(line)
            stream_at = stream.at_ms if name == "canvas" else None
            at_ms = self.clock.operation(frame.tab, stream.base_ms + float(time), stream_at=stream_at)
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise BadStream("bad_stream") from None
        self.said_bytes = len(line)
        return self._event(at_ms, frame, str(name), data)

    def _event(self, at_ms: float, frame: Frame, name: str, data: Any) -> dict[str, Any]:
        return {"at_ms": max(0, round(at_ms - self.started_at_ms)), "page_id": frame.page, "name": name, "data": data}


def events(session: AssistSession, *, until: float = math.inf) -> Iterator[dict[str, Any]]:
    """`{at_ms, page_id, name, data}` for each operation and control frame; `at_ms` counts from the session's start.

    `name` is that of the operation, or `page_enter`, `history`, `pause`…; `data` the operation's arguments or the
    control frame's payload; `fault` with a code stands for a page stream that can't be read, `gap` for frames that are
    not there, for one of `journal.UNNAMED` or the visitor's own reason. Needs the tenant's scope until the first event
    only. Raises `TookTooLong` when `time.monotonic()` is past `until`.
    """
    return read_events(journal.read(session), began_at_ms=began_ms(session), until=until)


def read_events(
    entries: Iterable[JournalEntry], *, began_at_ms: float = 0, until: float = math.inf
) -> Iterator[dict[str, Any]]:
    reader = EventReader(began_at_ms, allowance=Allowance(until=until))
    for entry in entries:
        if time.monotonic() > until:
            raise TookTooLong
        yield from reader.read(entry)


def began_ms(session: AssistSession) -> float:
    """When it was live first, ms since 1970: the record of that may be among what an archive has lost."""
    return session.started_at.timestamp() * 1000 if session.started_at else 0


def _object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _seq(gap: dict[str, Any], name: str, otherwise: int) -> int:
    return value if isinstance(value := gap.get(name), int) else otherwise


def _name(kind: int) -> str:
    return FrameKind(kind).name.lower() if kind in FrameKind._value2member_map_ else f"kind_{kind}"
