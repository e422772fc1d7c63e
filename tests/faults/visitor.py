"""A visitor on the wire who acts at random and, as the loader does, keeps what was sent, comes back and sends again."""

import asyncio
import contextlib
import json
import random
import time
import zlib
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from assist.channel.protocol import PROTOCOL_VERSION, Frame, FrameFlag, FrameKind, encode_frame
from tests.channel.peers import ORIGIN, VIEWPORT

FIRST_SECONDS, LONGEST_SECONDS = 0.3, 2.5
PING_SECONDS, SILENCE_SECONDS = 10, 5
BODY = 4


class Page:
    """A page's tree as the visitor has it: paragraphs `[id, text]` in its body; `lines` since the newest snapshot."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.paragraphs: list[list[Any]] = []
        self.next_id = BODY + 1
        self.lines: list[Any] = []

    def snapshot(self) -> list[Any]:
        self.next_id = BODY + 1
        children = []
        for paragraph in self.paragraphs:
            paragraph[0], self.next_id = self.next_id, self.next_id + 2
            children.append(self._node(paragraph))
        return [9, 1, [[1, 2, "html", {}, [[1, 3, "head", {}, []], [1, BODY, "body", {}, children]]]]]

    def change(self, dice: random.Random) -> list[Any]:
        """One operation without its time."""
        kind = dice.random()
        if kind < 0.5 or not self.paragraphs:
            return self._add(dice)
        paragraph = dice.choice(self.paragraphs)
        if kind < 0.7:
            paragraph[1] = f"changed {dice.random()}"
            return ["mutation", {"t": [[paragraph[0] + 1, paragraph[1]]]}]
        if kind < 0.8:
            self.paragraphs.remove(paragraph)
            return ["mutation", {"r": [[BODY, paragraph[0]]]}]
        if kind < 0.9:
            return ["scroll", 1, 0, dice.randrange(900)]
        return ["pointer", [[0, dice.randrange(1200), dice.randrange(700), paragraph[0]]]]

    def _add(self, dice: random.Random) -> list[Any]:
        at = dice.randrange(len(self.paragraphs) + 1)
        before = self.paragraphs[at][0] if at < len(self.paragraphs) else 0
        paragraph = [self.next_id, f"text {dice.random()}"]
        self.paragraphs.insert(at, paragraph)
        self.next_id += 2
        return ["mutation", {"a": [[BODY, before, self._node(paragraph)]]}]

    def _node(self, paragraph: list[Any]) -> list[Any]:
        number, text = paragraph
        return [1, number, "p", {}, [[3, number + 1, text]]]


class RandomVisitor:
    """`sent` has every frame that was made, by seq; `url` and `token` are those of the channel."""

    def __init__(self, url: str, *, token: str, seed: int) -> None:
        self.url, self.token = url, token
        self.dice = random.Random(seed)
        self.tab = 0
        self.sent: dict[int, bytes] = {}
        self.stored = self.durable = 0
        self.welcomes: list[dict[str, Any]] = []
        self.closes: list[int] = []
        self.errors: list[str] = []
        self.resyncs = 0
        self.clock_ms = 0.0
        self.is_idle = self.is_over = False
        self.may_connect = asyncio.Event()
        self.may_connect.set()
        self._page = Page(0)
        self._counter = 0
        self._next = asyncio.Event()
        self._went = self._credit = self._used = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "RandomVisitor":
        self._tasks = [asyncio.create_task(self._stay()), asyncio.create_task(self._act())]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def page(self) -> Page:
        return self._page

    @property
    def seq(self) -> int:
        return len(self.sent)

    async def _act(self) -> None:
        await self._next.wait()
        self._enter()
        while True:
            await asyncio.sleep(self.dice.uniform(0.005, 0.06))
            if self.is_idle:
                continue
            if self.dice.random() < 0.01 and self._counter < 5:
                self._enter()
            elif self.dice.random() < 0.01:
                self.send_snapshot()
            else:
                self.operate(self._page.change(self.dice))

    def _enter(self) -> None:
        self._counter += 1
        self._page = Page(self.tab << 16 | self._counter)
        entered = {"url": f"{ORIGIN}/{self._counter}", "title": "Page", "kind": "html", "viewport": VIEWPORT}
        self._make(FrameKind.PAGE_ENTER, json.dumps(entered).encode())
        self.send_snapshot()

    def send_snapshot(self) -> None:
        """A new stream of the page."""
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._stream_ms = self.now_ms()
        self._page.lines = [["snapshot", 0, self._page.snapshot(), {}, VIEWPORT]]
        self._make(FrameKind.SNAPSHOT, self._deflated(self._page.lines[0]), FrameFlag.STREAM_START)

    def operate(self, change: list[Any]) -> None:
        name, *values = change
        line = [name, round(max(0, self.now_ms() - self._stream_ms)), *values]
        self._page.lines.append(line)
        self._make(FrameKind.OPERATIONS, self._deflated(line))

    def now_ms(self) -> float:
        """The visitor's clock, which a test may move by `clock_ms`."""
        return time.time() * 1000 + self.clock_ms

    def _deflated(self, line: Any) -> bytes:
        return self._deflate.compress(f"{json.dumps(line)}\n".encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def _make(self, kind: int, payload: bytes, flags: int = 0) -> None:
        seq = self.seq + 1
        self.sent[seq] = encode_frame(Frame(kind, flags, self._page.number, seq, self.now_ms(), payload))
        self._next.set()

    async def _stay(self) -> None:
        wait = FIRST_SECONDS
        while not self.is_over:
            welcomed = len(self.welcomes)
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with asyncio.timeout(None) as patience:
                    await self._connection(patience)
            wait = FIRST_SECONDS if len(self.welcomes) > welcomed else min(LONGEST_SECONDS, wait * 2)
            await asyncio.sleep(wait * self.dice.uniform(0.5, 1))
            await self.may_connect.wait()

    async def _connection(self, patience: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        patience.reschedule(loop.time() + PING_SECONDS + SILENCE_SECONDS)
        async with connect(
            self.url, origin=ORIGIN, compression=None, max_size=None, proxy=None, ping_interval=None, close_timeout=0.1
        ) as socket:
            await self._hello(socket)
            sending, pinging = asyncio.create_task(self._send(socket)), asyncio.create_task(self._ping(socket))
            try:
                async for data in socket:
                    patience.reschedule(loop.time() + PING_SECONDS + SILENCE_SECONDS)
                    if isinstance(data, str):
                        self._hear(json.loads(data))
            finally:
                sending.cancel()
                pinging.cancel()
                self.closes.append(socket.close_code or 0)

    async def _hello(self, socket: Any) -> None:
        hello = {"version": PROTOCOL_VERSION, "token": self.token, "tab": self.tab, "capture": ""}
        rest = {"injection": "inline", "time": self.now_ms(), "loader": "1"}
        self._credit = self._used = 0
        await socket.send(json.dumps({"type": "hello", **hello, **rest}))

    async def _ping(self, socket: Any) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(PING_SECONDS)
                await socket.send(json.dumps({"type": "ping", "time": self.now_ms()}))

    async def _send(self, socket: Any) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                while (data := self.sent.get(self._went + 1)) and self._used + len(data) <= self._credit:
                    self._went += 1
                    self._used += len(data)
                    await socket.send(data)
                self._next.clear()
                await self._next.wait()

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "welcome":
            self.tab = message["tab"]
            self._went = message["stored"]
            self.welcomes.append(message)
        if kind in ("welcome", "ack"):
            self.stored, self._credit = message["stored"], message["credit"]
            self.durable = max(self.durable, message["durable"])
            self._next.set()
        elif kind == "ended":
            self.is_over = True
        elif kind == "resync":
            self.resyncs += 1
            if message["page"] == self._page.number:
                self.send_snapshot()
        elif kind == "error":
            self.errors.append(message["code"])
            if message["code"] == "seq_gap":
                self._went = message["expected"] - 1
                self._next.set()
