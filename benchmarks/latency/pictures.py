"""The peers: a stream of H.264, and JPEG pictures, of the visitor's screen over the same line.

Both send the newest picture only, and take the next one when the last has gone out, as a good sender does. A change
counts as seen when the picture that shows it has been decoded at the other side, which leaves its painting out.
"""

import asyncio
import base64
import contextlib
import fcntl
import io
import socket
import struct
import termios
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

import av
import numpy as np
from PIL import Image
from playwright.async_api import CDPSession, Page

from benchmarks.latency.link import Link

CELL, CELLS = 16, 12
UNSENT = 0x5411 if not hasattr(termios, "TIOCOUTQ") else termios.TIOCOUTQ
# More than this still in the socket: the next picture waits.
LEAST_UNSENT = 4096


class Codec(Protocol):
    every_s: float

    def encode(self, picture: np.ndarray, jpeg: bytes) -> bytes: ...

    def decode(self, data: bytes) -> Iterator[np.ndarray]: ...


class H264:
    """Ten frames a second: x264 veryfast, zerolatency, crf 30."""

    every_s = 0.1

    def __init__(self) -> None:
        self._encoder: Any = None
        self._decoder: Any = av.CodecContext.create("h264", "r")
        self._count = 0

    def encode(self, picture: np.ndarray, jpeg: bytes) -> bytes:
        if self._encoder is None:
            self._encoder = av.CodecContext.create("libx264", "w")
            self._encoder.height, self._encoder.width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
            self._encoder.pix_fmt, self._encoder.framerate = "yuv420p", 10
            self._encoder.options = {"preset": "veryfast", "tune": "zerolatency", "crf": "30"}
        frame = av.VideoFrame.from_ndarray(picture[: self._encoder.height, : self._encoder.width], format="rgb24")
        frame.pts, self._count = self._count, self._count + 1
        return b"".join(bytes(packet) for packet in self._encoder.encode(frame.reformat(format="yuv420p")))

    def decode(self, data: bytes) -> Iterator[np.ndarray]:
        # One access unit each time; the parser of a stream would hold it back until the next one comes.
        for frame in self._decoder.decode(av.Packet(data)):
            yield frame.to_ndarray(format="gray")


class Jpeg:
    """At most five pictures a second, quality 60."""

    every_s = 0.2

    def encode(self, picture: np.ndarray, jpeg: bytes) -> bytes:
        return jpeg

    def decode(self, data: bytes) -> Iterator[np.ndarray]:
        yield np.asarray(Image.open(io.BytesIO(data)).convert("L"))


class Peer:
    """Sends pictures of a page over the line while it runs; `seen` says when which change had been decoded."""

    def __init__(self, codec: Codec, link: Link) -> None:
        self.codec = codec
        self.seen: dict[int, float] = {}
        self.sent_bytes = 0
        self.first_ms = 0.0
        self._newest: tuple[np.ndarray, bytes] | None = None
        server = socket.create_server((link.host, 0))
        address = server.getsockname()
        self._out = link.inside(lambda: socket.create_connection(address))
        self._out.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._in, _ = server.accept()
        server.close()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._send, self._receive)]

    async def start(self, page: Page) -> None:
        self._cdp: CDPSession = await page.context.new_cdp_session(page)
        self._cdp.on("Page.screencastFrame", lambda event: asyncio.ensure_future(self._take(event)))
        await self._cdp.send("Page.startScreencast", {"format": "jpeg", "quality": 60, "everyNthFrame": 1})
        self._began = time.time()
        for thread in self._threads:
            thread.start()

    async def _take(self, event: dict[str, Any]) -> None:
        jpeg = base64.b64decode(event["data"])
        self._newest = (np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")), jpeg)
        with contextlib.suppress(Exception):  # the page can be gone
            await self._cdp.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    async def stop(self) -> None:
        self._stopping.set()
        await self._cdp.detach()
        await asyncio.to_thread(self._threads[0].join)
        self._out.close()
        await asyncio.to_thread(self._threads[1].join)
        self._in.close()

    def _send(self) -> None:
        due = time.monotonic()
        while not self._stopping.is_set():
            due = max(due + self.codec.every_s, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            newest, self._newest = self._newest, None
            if newest is None:
                continue
            data = self.codec.encode(*newest)
            self.sent_bytes += len(data)
            self._out.sendall(struct.pack("!I", len(data)) + data)
            while self._unsent() > LEAST_UNSENT and not self._stopping.is_set():
                time.sleep(0.005)

    def _unsent(self) -> int:
        (count,) = struct.unpack("i", fcntl.ioctl(self._out, UNSENT, b"\0" * 4))
        return int(count)

    def _receive(self) -> None:
        file = self._in.makefile("rb")
        while head := file.read(4):
            for picture in self.codec.decode(file.read(struct.unpack("!I", head)[0])):
                self._note(picture)

    def _note(self, picture: np.ndarray) -> None:
        now = time.time() * 1000
        self.first_ms = self.first_ms or now - self._began * 1000
        change = change_in(picture)
        if change is not None:
            self.seen.setdefault(change, now)


def change_in(picture: np.ndarray) -> int | None:
    """The change that the strip of squares shows in a grey picture; None where there is no strip."""
    middles = picture[CELL // 2 - 2 : CELL // 2 + 2, : CELL * (CELLS + 2)]
    cells = [middles[:, at * CELL + 5 : at * CELL + 11].mean() for at in range(CELLS + 2)]
    if cells[0] > 64 or cells[-1] < 192:
        return None
    gray = sum(1 << bit for bit, mean in enumerate(cells[1:-1]) if mean < 128)
    number = 0
    while gray:
        number ^= gray
        gray >>= 1
    return number
