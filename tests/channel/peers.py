"""A visitor and a console as their browsers behave on the wire, over real sockets."""

import asyncio
import contextlib
import json
import time
import zlib
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from assist.channel.protocol import (
    MAX_FRAME_BYTES,
    PROTOCOL_VERSION,
    Frame,
    FrameFlag,
    FrameKind,
    decode_frame,
    encode_frame,
    unbundled,
)

ORIGIN = "http://localhost:9000"
VIEWPORT = {"width": 1280, "height": 720, "dpr": 1, "screen_width": 1920, "screen_height": 1080, "zoom": 1}
WAIT_SECONDS = 10


class Peer:
    """Keeps what it receives: text messages in `messages`, frames in `frames`, which came in `binaries` messages.

    `address` is one of this machine's, 127.0.0.1 unless it is given.
    """

    def __init__(self, url: str, *, origin: str | None = ORIGIN, cookie: str = "", address: str = "") -> None:
        self.url, self.origin, self.cookie = url, origin, cookie
        self._from = (address, 0) if address else None
        self.messages: list[dict[str, Any]] = []
        self.frames: list[Frame] = []
        self.binaries = 0
        self.closed_with: int | None = None
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        values: dict[str, Any] = {"compression": None, "max_size": None, "proxy": None, "local_addr": self._from}
        self.socket: ClientConnection = await connect(
            self.url, origin=self.origin, additional_headers=headers, **values
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.socket.close()
        await self._reading

    async def _read(self) -> None:
        try:
            while True:
                data = await self.socket.recv()
                if isinstance(data, str):
                    await self.on_message(json.loads(data))
                else:
                    await self.on_binary(data)
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionClosed:
            self.closed_with = self.socket.close_code
            async with self._changed:
                self._changed.notify_all()

    async def on_message(self, message: dict[str, Any]) -> None:
        self.messages.append(message)

    async def on_binary(self, data: bytes) -> None:
        self.binaries += 1
        for frame in unbundled(data):
            await self.on_frame(decode_frame(frame))

    async def on_frame(self, frame: Frame) -> None:
        self.frames.append(frame)

    async def say(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def until(self, condition: Any, *, within_seconds: float = WAIT_SECONDS) -> Any:
        """Wait until `condition()` is true and return it; TimeoutError when it does not come."""
        async with asyncio.timeout(within_seconds), self._changed:
            await self._changed.wait_for(condition)
        return condition()

    async def heard(self, kind: str, *, within_seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """The newest message of this type."""
        found = await self.until(lambda: [m for m in self.messages if m["type"] == kind], within_seconds=within_seconds)
        return found[-1]

    async def closed(self, *, within_seconds: float = WAIT_SECONDS) -> int:
        return int(await self.until(lambda: self.closed_with, within_seconds=within_seconds))

    def errors(self) -> list[str]:
        return [message["code"] for message in self.messages if message["type"] == "error"]


class VisitorPeer(Peer):
    """One tab; keeps every frame until it is durable."""

    token = ""
    tab = 0
    seq = 0

    async def greet(self, *, token: str, tab: int = 0, capture: str = "", **fields: Any) -> None:
        """Say hello, whatever the answer will be."""
        values = {"version": PROTOCOL_VERSION, "injection": "inline", "time": time.time() * 1000, "loader": "1"}
        await self.say("hello", **{**values, "token": token, "tab": tab, "capture": capture, **fields})

    async def hello(self, *, token: str, **fields: Any) -> dict[str, Any]:
        await self.greet(token=token, **fields)
        welcome = await self.heard("welcome")
        self.tab, self.seq = welcome["tab"], welcome["stored"]
        return welcome

    def frame(
        self, kind: int, payload: bytes = b"{}", *, page: int = 1, flags: int = 0, seq: int | None = None
    ) -> bytes:
        if seq is None:
            self.seq += 1
            seq = self.seq
        return encode_frame(Frame(kind, flags, self.tab << 16 | page, seq, time.time() * 1000 // 1, payload))

    async def send(self, kind: int, payload: bytes = b"{}", **values: Any) -> int:
        await self.socket.send(self.frame(kind, payload, **values))
        return self.seq

    async def enter(self, *, page: int = 1, url: str = f"{ORIGIN}/page.html", title: str = "Page") -> int:
        payload = {"url": url, "title": title, "kind": "html", "viewport": VIEWPORT}
        return await self.send(FrameKind.PAGE_ENTER, json.dumps(payload).encode(), page=page)

    async def snapshot(self, text: str = "", *, page: int = 1) -> int:
        """A new stream, whose further frames come from `operate`."""
        self.deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        line = json.dumps(["snapshot", 0, [9, 1, [[3, 2, text]]], {}, VIEWPORT])
        return await self.send(FrameKind.SNAPSHOT, self._deflate(line), page=page, flags=FrameFlag.STREAM_START)

    async def operate(self, *operation: Any, page: int = 1) -> int:
        return await self.send(FrameKind.OPERATIONS, self._deflate(json.dumps(operation)), page=page)

    def _deflate(self, line: str) -> bytes:
        return self.deflate.compress(f"{line}\n".encode()) + self.deflate.flush(zlib.Z_SYNC_FLUSH)

    async def stored(self, seq: int, *, within_seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        def acknowledged() -> list[dict[str, Any]]:
            return [m for m in self.messages if m["type"] == "ack" and m["stored"] >= seq]

        return (await self.until(acknowledged, within_seconds=within_seconds))[-1]


class UploadPeer(Peer):
    """The socket on which one tab's assets go up."""

    async def hello(self, *, token: str, version: int = PROTOCOL_VERSION) -> None:
        await self.say("hello", version=version, token=token)

    async def begin(self, sha256: str, size: int, *, content_type: str = "image/png", is_zipped: bool = False) -> None:
        await self.say("asset", sha256=sha256, size_bytes=size, content_type=content_type, is_zipped=is_zipped)

    async def put(self, data: bytes, *, sha256: str, piece: int = 1000, **values: Any) -> str:
        """The code of the answer."""
        before = len(self.kept())
        await self.begin(sha256, len(data), **values)
        for at in range(0, len(data), piece):
            await self.socket.send(data[at : at + piece])
        await self.until(lambda: len(self.kept()) > before)
        return str(self.kept()[-1][1])

    async def fetch(self, url: str, *, number: int = 1) -> dict[str, Any]:
        """The answer, which has this number."""
        await self.say("fetch", id=number, url=url)
        return (await self.until(lambda: [m for m in self.messages if m.get("id") == number]))[-1]

    def kept(self) -> list[tuple[str, str]]:
        """Digest and code of each answer, in order."""
        return [(message["sha256"], message["code"]) for message in self.messages if message["type"] == "kept"]


class ConsolePeer(Peer):
    """Grants credit as it reads, unless `is_slow`."""

    is_slow = False
    received_bytes = 0

    async def hello(self, *, credit: int = 4 * MAX_FRAME_BYTES) -> dict[str, Any]:
        self.window = credit
        await self.say("hello", version=PROTOCOL_VERSION, credit=credit)
        return await self.heard("welcome")

    async def on_binary(self, data: bytes) -> None:
        await super().on_binary(data)
        self.received_bytes += len(data)
        if not self.is_slow:
            with contextlib.suppress(ConnectionClosed):  # what came before the end is still to be read
                await self.say("credit", bytes=self.received_bytes + self.window)

    def seqs(self, kind: int | None = None) -> list[int]:
        return [frame.seq for frame in self.frames if kind in (None, frame.kind)]
