"""A console on the wire that stays: it rebuilds pages from queues and live frames, and connects again by itself."""

import asyncio
import contextlib
import json
import time
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from assist.channel.protocol import PROTOCOL_VERSION, FrameFlag, FrameKind, decode_frame, unbundled
from recordings.archive.streams import PageStream, page_stream

WINDOW_BYTES = 8 * 1024 * 1024
FIRST_SECONDS, LONGEST_SECONDS = 0.25, 2.0
PING_SECONDS, SILENCE_SECONDS = 5, 10


class Rebuilt:
    """The operations of a page since its newest snapshot."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.seq = 0
        self._stream: PageStream | None = None

    def take(self, data: bytes) -> None:
        frame = decode_frame(data)
        begins = frame.kind == FrameKind.PAGE_ENTER or frame.flags & FrameFlag.STREAM_START
        if frame.seq:
            # Only a page that begins anew may come again, as when the server's memory was lost.
            assert begins or frame.seq > self.seq, f"frame {frame.seq} after {self.seq}"
            self.seq = frame.seq
        if frame.kind not in (FrameKind.SNAPSHOT, FrameKind.OPERATIONS):
            return
        if frame.flags & FrameFlag.STREAM_START:
            self._stream, self.lines = page_stream(frame, 0), []
        assert self._stream, "a page that begins with no stream"
        self.lines += map(json.loads, self._stream.lines(frame))


class SteadyConsole:
    """`states` are (monotonic time, state) as the server told them; `faults` what could not be rebuilt."""

    def __init__(self, url: str, *, cookie: str, origin: str) -> None:
        self.url, self.cookie, self.origin = url, cookie, origin
        self.pages: dict[int, Rebuilt] = {}
        self.current = 0
        self.states: list[tuple[float, str]] = []
        self.closes: list[int] = []
        self.welcomes = 0
        self.faults: list[str] = []
        self.is_over = False
        self._queue: tuple[int, int] = (0, 0)

    async def __aenter__(self) -> "SteadyConsole":
        self._task = asyncio.create_task(self._stay())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def leave(self) -> None:
        """As when the agent's network breaks; the console comes again."""
        self._socket.transport.abort()

    @property
    def state(self) -> str:
        return self.states[-1][1] if self.states else ""

    def states_since(self, moment: float) -> list[str]:
        return [state for at, state in self.states if at >= moment]

    def lines(self) -> list[Any]:
        """Of the page that the visitor is on."""
        page = self.pages.get(self.current)
        return page.lines if page else []

    async def _stay(self) -> None:
        wait = FIRST_SECONDS
        while not self.is_over:
            welcomes = self.welcomes
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with asyncio.timeout(PING_SECONDS + SILENCE_SECONDS) as patience:
                    await self._connection(patience)
            wait = FIRST_SECONDS if self.welcomes > welcomes else min(LONGEST_SECONDS, wait * 2)
            await asyncio.sleep(wait)

    async def _connection(self, patience: asyncio.Timeout) -> None:
        loop, received, granted = asyncio.get_running_loop(), 0, WINDOW_BYTES
        options: dict[str, Any] = {"compression": None, "max_size": None, "proxy": None, "ping_interval": None}
        headers = {"Cookie": self.cookie}
        async with connect(
            self.url, origin=self.origin, additional_headers=headers, close_timeout=0.1, **options
        ) as socket:
            await socket.send(json.dumps({"type": "hello", "version": PROTOCOL_VERSION, "credit": WINDOW_BYTES}))
            self._socket, self._queue = socket, (0, 0)
            pinging = asyncio.create_task(self._ping(socket))
            try:
                async for data in socket:
                    patience.reschedule(loop.time() + PING_SECONDS + SILENCE_SECONDS)
                    if isinstance(data, str):
                        self._hear(json.loads(data))
                        continue
                    for frame in unbundled(data):
                        self._take(frame)
                    received += len(data)
                    if granted - received < WINDOW_BYTES / 2:
                        granted = received + WINDOW_BYTES
                        await socket.send(json.dumps({"type": "credit", "bytes": granted}))
            finally:
                pinging.cancel()
                self.closes.append(socket.close_code or 0)

    async def _ping(self, socket: Any) -> None:
        with contextlib.suppress(WebSocketException):
            while True:
                await socket.send(json.dumps({"type": "ping", "time": time.time() * 1000}))
                await asyncio.sleep(PING_SECONDS)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "welcome":
            self.welcomes += 1
            self._note(message["session"]["state"])
            self.current = message["page"] or self.current
        elif message["type"] == "state":
            self._note(message["state"])
        elif message["type"] == "ended":
            self._note("ended")
            self.is_over = True
        elif message["type"] == "queue":
            self.pages[message["page"]] = Rebuilt()
            self._queue = (message["page"], message["frames"])
            self.current = message["current"] or self.current

    def _note(self, state: str) -> None:
        self.states.append((time.monotonic(), state))

    def _take(self, data: bytes) -> None:
        page, left = self._queue
        frame = decode_frame(data)
        if left:
            self._queue = (page, left - 1)
        elif frame.kind in (FrameKind.PAGE_ENTER, FrameKind.HISTORY):
            self.current = frame.page
        try:
            self.pages.setdefault(frame.page, Rebuilt()).take(data)
        except Exception as error:
            self.faults.append(f"{type(error).__name__}: {error}")
