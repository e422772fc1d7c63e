"""Which part of an archive a stretch of the video needs, so that nobody has to hold a whole session.

What is shown at a time is what a console would be sent then: the page's queue (docs/protocol.md), which begins at its
newest snapshot, and its tab's shelf. So a stretch needs the archive segments that hold these queues for the pages
that it shows, and those of its own time. Of other pages only the heads of frames are kept, which move the clocks.
"""

import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assist.channel.protocol import (
    SHELF_COUNTER,
    STREAMED,
    TAB_SHIFT,
    Frame,
    FrameFlag,
    FrameKind,
    decode_frame,
    encode_frame,
)
from recordings.archive.clock import Clock
from recordings.archive.journal import Seen
from recordings.archive.segments import JournalEntry
from recordings.video.plan import Entry, Timeline, decoded

# What comes later may belong before: a picture of a canvas counts as of when it was taken, and comes behind its upload.
BEHIND_MS = 10_000


@dataclass(frozen=True, slots=True)
class Restart:
    """A frame that a page's queue begins with, and the number of the archive segment that holds it."""

    at_ms: float
    seq: int
    number: int


@dataclass(frozen=True, slots=True)
class TabState:
    """What the archive segments up to `number` tell of a tab: its clock, and the last frame that came."""

    number: int
    offset_ms: float
    latest: float
    before: float
    seq: int


@dataclass(slots=True)
class PageIndex:
    restarts: list[Restart] = field(default_factory=list)
    enters: list[Restart] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """Archive segments `numbers`; of `pages` the frames from a seq on; `tabs` as they were before each run of numbers.

    Times of `tabs` are ms since 1970, by run's first number.
    """

    numbers: list[int]
    pages: dict[int, int]
    tabs: dict[int, dict[int, TabState]]


class ArchiveIndex:
    """Takes entries in the order of their arrival, with the number of their segment; keeps no frame."""

    def __init__(self) -> None:
        self._pages: dict[int, PageIndex] = {}
        self._tabs: dict[int, list[TabState]] = {}
        self._spans: dict[int, tuple[float, float]] = {}
        self._visits: list[int] = []

    def take(self, number: int, entry: Entry, *, timeline: Timeline, clock: Clock) -> None:
        frame = decode_frame(entry.data)
        first, last = self._spans.get(number, (entry.at_ms, entry.at_ms))
        self._spans[number] = min(first, entry.at_ms), max(last, entry.at_ms)
        while len(self._visits) < len(timeline.visits):
            self._visits.append(number)
        if frame.seq:
            self._note_tab(number, frame, clock)
            self._note_page(number, frame, entry.at_ms)

    def _note_tab(self, number: int, frame: Frame, clock: Clock) -> None:
        tab, states = clock.tab(frame.tab), self._tabs.setdefault(frame.tab, [])
        assert tab is not None
        state = TabState(number, tab.offset_ms, tab.latest, tab.before, frame.seq)
        if states and states[-1].number == number:
            states[-1] = state
        else:
            states.append(state)

    def _note_page(self, number: int, frame: Frame, at_ms: float) -> None:
        page = self._pages.setdefault(frame.page, PageIndex())
        if frame.kind == FrameKind.PAGE_ENTER:
            page.enters.append(Restart(at_ms, frame.seq, number))
        if frame.kind == FrameKind.SNAPSHOT and frame.flags & FrameFlag.STREAM_START:
            page.restarts.append(Restart(at_ms, frame.seq, number))
        if not page.numbers or page.numbers[-1] != number:
            page.numbers.append(number)

    def window(self, timeline: Timeline, *, starts_ms: int, ends_ms: int, epoch_ms: float) -> Window:
        """For [starts_ms, ends_ms) since the session's start, which was at `epoch_ms`."""
        begin, end = epoch_ms + starts_ms, epoch_ms + ends_ms + BEHIND_MS
        numbers = {number for number, (first, last) in self._spans.items() if first <= end and last >= begin}
        first, last = _visits_between(timeline, starts_ms=starts_ms, ends_ms=ends_ms)
        numbers.update(self._visits[first:last])
        pages: dict[int, int] = {}
        for visit in timeline.visits[first:last]:
            self._add_queue(visit.page, begin, numbers, pages)
        within = sorted(number for number in numbers if self._spans[number][0] <= end)
        return Window(within, pages, self._states(within, {page >> TAB_SHIFT for page in pages}))

    def _add_queue(self, page: int, begin: float, numbers: set[int], pages: dict[int, int]) -> None:
        known, shelf = self._pages.get(page), self._pages.get(page | SHELF_COUNTER)
        if known is None:
            return
        start = _newest(known.restarts, begin)
        pages[page] = start.seq if start else 0
        numbers.update(number for number in known.numbers if start is None or number >= start.number)
        numbers.update(enter.number for enter in known.enters if start is None or enter.seq < start.seq)
        if shelf:
            shelf_start = _newest(shelf.restarts, start.at_ms if start else begin)
            seq = shelf_start.seq if shelf_start else 0
            pages[page | SHELF_COUNTER] = min(seq, pages.get(page | SHELF_COUNTER, seq))
            numbers.update(number for number in shelf.numbers if shelf_start is None or number >= shelf_start.number)

    def _states(self, numbers: list[int], tabs: Collection[int]) -> dict[int, dict[int, TabState]]:
        runs = [run[0] for run in runs_of(numbers)]
        return {run: {tab: state for tab in tabs if (state := self._state(tab, run))} for run in runs}

    def _state(self, tab: int, number: int) -> TabState | None:
        """Before the archive segment `number`."""
        states = self._tabs.get(tab, [])
        count = bisect_right(states, number - 1, key=lambda state: state.number)
        return states[count - 1] if count else None


def _newest(restarts: list[Restart], at_ms: float) -> Restart | None:
    count = bisect_right(restarts, at_ms, key=lambda restart: restart.at_ms)
    return restarts[count - 1] if count else None


def _visits_between(timeline: Timeline, *, starts_ms: int, ends_ms: int) -> tuple[int, int]:
    """Those that last in the stretch, and the one before: its page stays until the next one has its snapshot."""
    starts = [visit.starts_ms for visit in timeline.visits]
    return max(0, bisect_right(starts, starts_ms) - 2), bisect_right(starts, ends_ms)


def joined(windows: Iterable[Window]) -> Window:
    """What they need together, of stretches that follow each other."""
    numbers: set[int] = set()
    pages: dict[int, int] = {}
    tabs: dict[int, dict[int, TabState]] = {}
    for window in windows:
        numbers.update(window.numbers)
        for page, seq in window.pages.items():
            pages[page] = min(seq, pages.get(page, seq))
        for run, states in window.tabs.items():
            tabs[run] = tabs.get(run, {}) | states
    return Window(sorted(numbers), pages, tabs)


def narrowed(window: Window, parts: Iterable[tuple[int, Iterable[JournalEntry]]]) -> Iterator[tuple[float, bytes]]:
    """(received_at_ms, frame) of the window's archive segments, for the stage to load; each frame once.

    Where frames are missing without the visitor's word a record says so: streams of its tab can't be read on. What was
    left out on purpose, since nothing of the window's pages is in it, is not missing.
    """
    seen, known, last = Seen(), set[int](), 0
    for number, entries in parts:
        known = known if number == last + 1 else set()
        # Of a tab that was read up to here what was read counts, and not what should have been.
        states = {tab: state for tab, state in window.tabs.get(number, {}).items() if tab not in known}
        known |= states.keys()
        last = number
        for tab, state in states.items():
            seen.seqs[tab] = max(seen.seqs.get(tab, 0), state.seq)
            yield from _set_clock(tab, state)
        for entry in entries:
            frame = decoded(entry.frame)
            before = seen.seqs.get(frame.tab, 0) if frame else 0
            if frame is not None and seen.is_new(entry.frame):
                received_ms = float(entry.received_at_ms)
                if frame.tab in known and frame.kind != FrameKind.GAP and frame.seq > before + 1:
                    yield received_ms, _gap(frame.tab, received_ms)
                if frame.seq:
                    known.add(frame.tab)
                yield received_ms, _needed(frame, entry.frame, window.pages)


def _gap(tab: int, at_ms: float) -> bytes:
    return encode_frame(Frame(FrameKind.GAP, 0, tab << TAB_SHIFT, 0, at_ms, b"{}"))


def _needed(frame: Frame, data: bytes, pages: dict[int, int]) -> bytes:
    if frame.kind not in STREAMED or (frame.page in pages and frame.seq >= pages[frame.page]):
        return data
    head = frame._replace(kind=FrameKind.VISIBILITY, flags=frame.flags & FrameFlag.FRONT, payload=b"{}")
    return encode_frame(head)


def _set_clock(tab: int, state: TabState) -> Iterator[tuple[float, bytes]]:
    """Frames of no page that leave a tab's clock as it was."""
    hello = json.dumps({"tab": tab, "offset_ms": state.offset_ms}).encode()
    yield state.before, encode_frame(Frame(FrameKind.TAB_HELLO, 0, 0, 0, state.before, hello))
    for at_ms in (state.before, state.latest):
        head = Frame(FrameKind.VISIBILITY, 0, tab << TAB_SHIFT, 1, at_ms - state.offset_ms, b"{}")
        yield at_ms, encode_frame(head)


def as_document(window: Window) -> dict[str, Any]:
    """As `VideoSegment.window` keeps it: runs of numbers `[first, last]`, seqs by page, states by run and tab."""
    return {
        "runs": [[run[0], run[-1]] for run in runs_of(window.numbers)],
        "pages": window.pages,
        "tabs": {
            run: {tab: [s.offset_ms, s.latest, s.before, s.seq] for tab, s in tabs.items()}
            for run, tabs in window.tabs.items()
        },
    }


def of_document(document: dict[str, Any]) -> Window:
    tabs = {
        int(run): {int(tab): TabState(int(run) - 1, *state) for tab, state in states.items()}
        for run, states in document["tabs"].items()
    }
    numbers = [number for first, last in document["runs"] for number in range(first, last + 1)]
    return Window(numbers, {int(page): seq for page, seq in document["pages"].items()}, tabs)


def runs_of(numbers: list[int]) -> list[list[int]]:
    """Rising numbers, parted where one is left out."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
