"""What goes to one console: live frames while it keeps up, and pages' queues where it has to catch up.

One coroutine sends everything, so that a queue and the live frames behind it neither overlap nor leave a gap: both
are compared with the watermarks that were read in the same step as the queue. A frame of a page that the console does
not have yet is never sent as it is; the page's queue, which holds that frame, is sent instead.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from assist.channel import limits
from assist.channel.live import SessionKeys
from assist.channel.metrics import Meters
from assist.channel.protocol import MAX_FRAME_BYTES, SHELF_COUNTER, TAB_SHIFT, FrameFlag, FrameKind
from assist.channel.wake import Wake
from assist.pages.page_queue import PART_FRAMES, QueuePart, read_queue, read_with_shelf

RESUME_BYTES = MAX_FRAME_BYTES
WANTED_PAGES = 100  # a console needs those that the stage has
STREAMED = {FrameKind.SNAPSHOT, FrameKind.OPERATIONS, FrameKind.HISTORY, FrameKind.VISIBILITY}


class Live(NamedTuple):
    """A frame as the node's reader hands it over."""

    kind: int
    flags: int
    page: int
    seq: int
    data: bytes

    @property
    def tab(self) -> int:
        return self.page >> TAB_SHIFT


class Outbox:
    """`say` and `send_frame` are the socket's; `on_record` gets the server's own records."""

    def __init__(
        self,
        keys: SessionKeys,
        *,
        credit: int,
        meters: Meters,
        say: Callable[..., Awaitable[None]],
        send_frame: Callable[[bytes], Awaitable[None]],
        on_record: Callable[[Live], Awaitable[None]],
    ) -> None:
        self.keys, self._meters = keys, meters
        self.sent_bytes = self.lags = 0
        self._say, self._send_frame, self._on_record = say, send_frame, on_record
        self._credit = min(credit, limits.CONSOLE_MAX_WINDOW_BYTES)
        self._waiting: deque[Live] = deque()
        self._waiting_bytes = 0
        self._dropped_bytes = 0
        self._lags = False
        self._wanted: list[int] = []
        self._known: set[int] = set()
        self._marks: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._page_marks: dict[int, int] = {}
        self._moved = Wake()
        self._task: asyncio.Task[Any] | None = None

    def push(self, frame: Live) -> None:
        """From the reader: never waits; beyond CONSOLE_BACKLOG_BYTES the console lags and everything is dropped."""
        self._waiting_bytes += len(frame.data)
        if self._lags or self._waiting_bytes > limits.CONSOLE_BACKLOG_BYTES:
            self._lag(len(frame.data))
        else:
            self._waiting.append(frame)
        self._moved.set()

    def _lag(self, size: int) -> None:
        if not self._lags:
            self.lags += 1
            self._meters.lags.inc()
            size += sum(len(frame.data) for frame in self._waiting)
        self._lags = True
        self._dropped_bytes += size
        self._waiting.clear()
        self._waiting_bytes = 0

    def grant(self, credit: int) -> None:
        """Cumulative, from the console; it can only grow, and never be more than a window ahead of what was sent."""
        self._credit = max(self._credit, min(credit, self.sent_bytes + limits.CONSOLE_MAX_WINDOW_BYTES))
        self._moved.set()

    def want(self, page: int) -> None:
        """Send this page's queue from its beginning, unless WANTED_PAGES others wait for credit."""
        if page not in self._wanted and (page == 0 or len(self._wanted) < WANTED_PAGES):
            self._wanted.append(page)
        self._moved.set()

    def start_over(self) -> None:
        """The queues are not those that were sent: every page is sent anew when it is needed.

        What waits is of the time before, and would count as sent when it comes again.
        """
        self._known.clear()
        self._marks, self._page_marks = {}, {}
        self._waiting = deque(frame for frame in self._waiting if frame.seq == 0)
        self._waiting_bytes = sum(len(frame.data) for frame in self._waiting)
        self.want(0)

    async def run(self) -> None:
        self._task = asyncio.current_task()
        while True:
            await self._move()
            await self._work()

    async def _move(self) -> None:
        """Until something has moved. Whoever reads a queue may have been cancelled in that, and not know it yet."""
        if self._task and self._task.cancelling():  # as `end_if_cancelled`, which looks for the task with each frame
            raise asyncio.CancelledError
        await self._moved.wait()

    async def _work(self) -> None:
        while self._lags or self._wanted or self._waiting:
            if self._lags:
                await self._resume()
            elif self._wanted:
                await self._catch_up(self._wanted.pop(0))
            else:
                frame = self._waiting.popleft()
                self._waiting_bytes -= len(frame.data)
                await self._pass(frame)

    async def _resume(self) -> None:
        """Once there is credit again: what the console has is stale, so each page starts over when it is needed."""
        await self._wait_for_credit(RESUME_BYTES)
        dropped, self._dropped_bytes, self._lags = self._dropped_bytes, 0, False
        self._waiting.clear()
        self._waiting_bytes = 0
        await self._say("lagging", dropped_bytes=dropped)
        self._last.clear()
        self._start_over()

    async def _pass(self, frame: Live) -> None:
        if frame.seq == 0:
            return await self._on_record(frame)
        if self._is_behind_a_hole(frame):
            return self._start_over()
        if self._has_been_sent(frame):
            return
        self._note(frame)
        if self._is_beginning(frame):
            self._known.add(frame.page)
            await self._send(frame.data)
        elif frame.kind in STREAMED and frame.page not in self._known:
            await self._catch_up(frame.page)
        else:
            if frame.kind == FrameKind.PAGE_CLOSE:
                self._known.discard(frame.page)
            await self._send(frame.data)

    def _has_been_sent(self, frame: Live) -> bool:
        """The watermarks of all tabs are of the moment at which a page was read; its shelf was read at another."""
        mark = 0 if _is_shelf(frame) else self._marks.get(frame.tab, 0)
        return frame.seq <= max(mark, self._page_marks.get(frame.page, 0))

    def _note(self, frame: Live) -> None:
        """Where Valkey's memory is lost, a visitor sends again what went by here, maybe before `start_over`."""
        if _is_shelf(frame):
            self._page_marks[frame.page] = frame.seq
        else:
            self._marks[frame.tab] = frame.seq

    def _is_behind_a_hole(self, frame: Live) -> bool:
        """The process was away for so long that frames had to leave its inbox; the queues have them."""
        before = self._last.get(frame.tab)
        self._last[frame.tab] = max(frame.seq, before or 0)
        return before is not None and frame.seq > before + 1 and frame.kind != FrameKind.GAP

    def _start_over(self) -> None:
        """What the console has is stale: each page comes again when it is needed, the current one now."""
        self._known.clear()
        self._wanted.clear()
        self._wanted.append(0)

    def _is_beginning(self, frame: Live) -> bool:
        if frame.kind == FrameKind.PAGE_ENTER:
            return True
        begins = frame.kind == FrameKind.SNAPSHOT and frame.flags & FrameFlag.STREAM_START
        return bool(begins) and frame.page in self._known

    async def _catch_up(self, page: int) -> None:
        """Page 0 stands for the current one. Page and shelf are of one moment, until the shelf takes a further one."""
        shelf: QueuePart | None = None
        if page and page | SHELF_COUNTER in self._known:
            part = await read_queue(self.keys, page)
        else:
            part, shelf = await read_with_shelf(self.keys, page)
        if shelf and shelf.page not in self._known:
            is_of_then = await self._send_queue(shelf)
            if is_of_then and not shelf.is_last:
                is_of_then = (await read_queue(self.keys, part.page, most=1)).first == part.first
            if not is_of_then:
                return self.want(page)  # one of them began anew, maybe the page with a shelf that did
        if not await self._send_queue(part, whole=page == 0):
            self.want(page)
        return None

    async def _send_queue(self, part: QueuePart, *, whole: bool = False) -> bool:
        """False when it has begun anew meanwhile; with `whole` the watermarks of all tabs are taken over."""
        page, first, left, begun = part.page, part.first, part.length, False
        await self._say("queue", page=page, frames=part.length, current=part.current)
        while True:
            begun = begun or part.has_snapshot
            if part.count:
                await self._send(part.message, frames=part.count)
            left -= part.count
            if part.is_last:
                break
            part = await read_queue(self.keys, page, after=part.last_read, most=left if left > 0 else PART_FRAMES)
            if part.first != first:
                return False
        if left > 0:
            return False
        self._take_over(part, begun=begun, whole=whole)
        return True

    def _take_over(self, part: QueuePart, *, begun: bool, whole: bool) -> None:
        """A queue that was dropped has no snapshot: the page is unknown here until the visitor has sent one."""
        if begun:
            self._known.add(part.page)
        self._page_marks[part.page] = part.marks.get(part.page >> TAB_SHIFT, 0)
        if whole:
            self._marks = part.marks
            self._last = {tab: max(seq, self._last.get(tab, 0)) for tab, seq in part.marks.items()}
            if part.current != part.page:
                self.want(0)

    async def _send(self, data: bytes, *, frames: int = 1) -> None:
        if self.sent_bytes + len(data) > self._credit:
            await self._wait_for_credit(len(data))
        self.sent_bytes += len(data)
        self._meters.frames_out.inc(frames)
        self._meters.bytes_out.inc(len(data))
        await self._send_frame(data)

    async def _wait_for_credit(self, size: int) -> None:
        while self.sent_bytes + size > self._credit:
            await self._move()
        self._moved.set()


def _is_shelf(frame: Live) -> bool:
    return frame.page & SHELF_COUNTER == SHELF_COUNTER
