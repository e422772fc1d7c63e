"""What an archive holds, read from frame headers and control frames only: visits, sizes, gaps, and where to cut."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assist.channel.front import ENTERING, FrontPage
from assist.channel.protocol import BadFrame, Frame, FrameKind, decode_frame
from recordings.archive.clock import Clock
from recordings.video.cuts import cuts_of
from recordings.video.idle import Skip, VideoTime, idle_skips

LAST_VISITOR_KIND = 31
CANVAS_LIMIT = (1920, 1080)
SMALLEST_SIDE = 16
# More than any screen has; as of web/rebuild/viewport.ts.
LONGEST_SIDE = 16_384
LARGEST_DPR = 16
MAX_SCALE = 2.0
SHORTEST_CARD_MS = 1_500
# In characters; what a page tells beyond is cut.
LONGEST = {"kind": 40, "url": 2_000, "title": 300}


@dataclass(frozen=True, slots=True)
class Entry:
    """One frame of the archive; it happened at `at_ms` and came at `received_ms`: the server's clock, ms since 1970."""

    at_ms: float
    data: bytes
    received_ms: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay on a page, from `starts_ms` (since the session's start) to the next visit."""

    page: int
    kind: str
    url: str
    title: str
    starts_ms: int


@dataclass(frozen=True, slots=True)
class Hole:
    """Nothing is known of [starts_ms, ends_ms): `kind` is `gap` (frames missing) or `paused` (by the visitor)."""

    kind: str
    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Canvas:
    """Size of the video in pixels, with room for every page at `scale` picture pixels for a CSS pixel.

    `strip` is how many CSS pixels of the height are above the page.
    """

    width: int
    height: int
    scale: float
    strip: int = 0


@dataclass
class Timeline:
    """A session's archive in outline; all times in ms since the session's start, `duration_ms` its length.

    `frames` are how many came in each second from its start; `skips` what the video shows in less time.
    """

    duration_ms: int
    visits: list[Visit] = field(default_factory=list)
    viewports: list[tuple[int, int, float]] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    first_page_ms: int | None = None
    frames: Counter[int] = field(default_factory=Counter)
    skips: list[Skip] = field(default_factory=list)

    @property
    def time(self) -> VideoTime:
        return VideoTime(self.skips)

    def video_ms(self, session_ms: int) -> int:
        """When the video shows what was at `session_ms`."""
        return round(self.time.of_video(session_ms))

    def shorten_idle(self) -> None:
        self.skips = idle_skips(self.frames, duration_ms=self.duration_ms)

    def canvas(self, *, strip: int = 0) -> Canvas:
        """Room for the largest viewport below the strip, within CANVAS_LIMIT, with even sides."""
        sizes = self.viewports or [(1280, 720, 1.0)]
        width, height = max(size[0] for size in sizes), max(size[1] for size in sizes) + strip
        wanted = min(max(size[2] for size in sizes), MAX_SCALE)
        scale = min(wanted, CANVAS_LIMIT[0] / width, CANVAS_LIMIT[1] / height)
        return Canvas(_even(width * scale), _even(height * scale), scale, strip)

    def cuts(self) -> list[tuple[int, int]]:
        """Segments `[(starts_ms, ends_ms)]`."""
        visits = [visit.starts_ms for visit in self.visits]
        starts = cuts_of(self.time, duration_ms=self.duration_ms, frames=self.frames, visits=visits)
        return list(zip(starts, [*starts[1:], self.duration_ms], strict=True))

    def chapters(self) -> list[dict[str, Any]]:
        """A chapter for each visit: `{page_id, title, url, kind, starts_ms, ends_ms}`; the first begins at 0."""
        ends = [*(visit.starts_ms for visit in self.visits[1:]), self.duration_ms]
        stays = zip(self.visits, ends, strict=False)
        chapters = [_chapter(visit, end) for visit, end in stays if end > visit.starts_ms]
        if chapters:
            chapters[0]["starts_ms"] = 0
        return chapters

    @property
    def opening_ms(self) -> int:
        """How long nothing can be shown; a first page that comes sooner than a card can be read is there from 0."""
        if self.first_page_ms is None:
            return self.duration_ms
        return self.first_page_ms if self.first_page_ms >= SHORTEST_CARD_MS else 0

    def add_hole(self, kind: str, *, starts_ms: int, ends_ms: int) -> None:
        """Note that nothing is known of a stretch; its card stays long enough to be read."""
        ends_ms = min(max(ends_ms, starts_ms + SHORTEST_CARD_MS), self.duration_ms)
        if ends_ms > starts_ms:
            self.holes.append(Hole(kind, starts_ms, ends_ms))

    def visit_start(self, at_ms: int) -> int:
        """When the visit that lasts at `at_ms` began."""
        return max((visit.starts_ms for visit in self.visits if visit.starts_ms <= at_ms), default=0)


def server_times(entries: Iterable[tuple[float, bytes]], *, clock: Clock | None = None) -> Iterator[Entry]:
    """Put frames `(received_at_ms, bytes)` on the server's clock; `clock` goes on over several calls."""
    clock = clock or Clock()
    for received_ms, data in entries:
        frame = decoded(data)
        if frame is None:
            continue
        if frame.kind == FrameKind.TAB_HELLO:
            hello = _payload(frame)
            tab, offset_ms = int(hello.get("tab", frame.tab)), float(hello.get("offset_ms", 0))
            clock.hello(tab, offset_ms=offset_ms, received_ms=received_ms)
        at_ms = clock.frame(frame.tab, frame.time, received_ms=received_ms) if frame.seq else received_ms
        yield Entry(at_ms, data, received_ms)


def read_timeline(entries: Iterable[Entry], *, started_at: datetime, ended_at: datetime) -> Timeline:
    """The outline of a session from its archive; unreadable control frames are left out."""
    reader = TimelineReader(started_at=started_at, ended_at=ended_at)
    for entry in entries:
        reader.take(entry)
    return reader.finished()


class TimelineReader:
    """Takes a session's entries in the order of their arrival, and keeps nothing of them but `timeline`."""

    def __init__(self, *, started_at: datetime, ended_at: datetime) -> None:
        self._start_ms = started_at.timestamp() * 1000
        self.timeline = self._timeline = Timeline(
            duration_ms=max(1, round(ended_at.timestamp() * 1000 - self._start_ms))
        )
        self._next_seq: dict[int, int] = {}
        self._last_at: dict[int, int] = {}
        self._paused_at: int | None = None
        self._front = FrontPage()
        self._entered: dict[int, dict[str, str]] = {}
        self._sizes: dict[tuple[int, int, float], None] = {}

    def since_start(self, at_ms: float) -> int:
        return min(max(0, round(at_ms - self._start_ms)), self._timeline.duration_ms)

    def take(self, entry: Entry) -> None:
        frame = decoded(entry.data)
        if frame is None or frame.kind > LAST_VISITOR_KIND:
            return
        at_ms = self.since_start(entry.at_ms)
        self._timeline.frames[at_ms // 1000] += 1
        self._check_order(frame, at_ms)
        self._follow(frame, at_ms)
        if frame.kind == FrameKind.VIEWPORT:
            self._size(_payload(frame))
        elif frame.kind in (FrameKind.PAUSE, FrameKind.RESUME):
            self._pause(frame.kind == FrameKind.PAUSE, at_ms)
        elif frame.kind == FrameKind.SNAPSHOT and self._timeline.first_page_ms is None:
            self._timeline.first_page_ms = at_ms

    def _check_order(self, frame: Frame, at_ms: int) -> None:
        expected = self._next_seq.get(frame.tab, 1)
        if frame.seq > expected or frame.kind == FrameKind.GAP:
            self._timeline.add_hole("gap", starts_ms=self._last_at.get(frame.tab, 0), ends_ms=at_ms)
        self._next_seq[frame.tab] = max(expected, frame.seq + 1)
        self._last_at[frame.tab] = at_ms

    def _pause(self, is_paused: bool, at_ms: int) -> None:
        if is_paused and self._paused_at is None:
            self._paused_at = at_ms
        elif not is_paused and self._paused_at is not None:
            self._timeline.add_hole("paused", starts_ms=self._paused_at, ends_ms=at_ms)
            self._paused_at = None

    def _follow(self, frame: Frame, at_ms: int) -> None:
        """A page that is entered in front is visited, and so is one that the visitor turns to."""
        before, enters = self._front.page, frame.kind in ENTERING
        self._front.take(frame)
        if enters:
            self._enter(frame)
        now = self._front.page
        if now in self._entered and (now != before or (enters and now == frame.page)):
            self._timeline.visits.append(Visit(page=now, starts_ms=at_ms, **self._entered[now]))

    def _enter(self, frame: Frame) -> None:
        entered = _payload(frame)
        self._entered[frame.page] = {name: _text(entered.get(name))[:most] for name, most in LONGEST.items()}
        if isinstance(entered.get("viewport"), dict):
            self._size(entered["viewport"])

    def _size(self, viewport: dict[str, Any]) -> None:
        try:
            size = int(viewport["width"]), int(viewport["height"]), float(viewport.get("dpr", 1) or 1)
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        if all(SMALLEST_SIDE <= side <= LONGEST_SIDE for side in size[:2]) and 0 < size[2] <= LARGEST_DPR:
            self._sizes[size] = None

    def finished(self) -> Timeline:
        self._timeline.viewports = list(self._sizes)
        if self._paused_at is not None:
            self._timeline.add_hole("paused", starts_ms=self._paused_at, ends_ms=self._timeline.duration_ms)
        self._timeline.visits.sort(key=lambda visit: visit.starts_ms)
        self._timeline.holes.sort(key=lambda hole: hole.starts_ms)
        return self._timeline


def _chapter(visit: Visit, ends_ms: int) -> dict[str, Any]:
    return {
        "page_id": visit.page,
        "title": visit.title or visit.url,
        "url": visit.url,
        "kind": visit.kind,
        "starts_ms": visit.starts_ms,
        "ends_ms": ends_ms,
    }


def decoded(data: bytes) -> Frame | None:
    try:
        return decode_frame(data)
    except BadFrame:
        return None


def _payload(frame: Frame) -> dict[str, Any]:
    try:
        payload = json.loads(frame.payload)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _text(value: Any) -> str:
    """As the database takes it: without NUL and halves of characters."""
    return str(value or "").replace("\0", "").encode(errors="replace").decode()


def _even(size: float) -> int:
    return max(SMALLEST_SIDE, math.ceil(round(size, 3) / 2) * 2)
