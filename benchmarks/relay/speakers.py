"""How one session's visitor and console speak to each kind of server. Every side gets the same 600-byte frames."""

import json
import struct
import time
from collections.abc import Callable
from typing import Any

from assist.channel.protocol import HEADER, HEADER_BYTES, PROTOCOL_VERSION, FrameFlag, FrameKind, unbundled
from benchmarks.relay.wire import BINARY, TEXT, Connection, masked

FRAME_BYTES = 600
PAYLOAD_BYTES = FRAME_BYTES - HEADER_BYTES
STAMP = struct.Struct("!d")
FILLER = bytes(range(256)) * 3
CONSOLE_WINDOW = 8 * 1024 * 1024
VIEWPORT = {"width": 1280, "height": 720, "dpr": 1, "screen_width": 1920, "screen_height": 1080, "zoom": 1}
Opener = Callable[[str, dict[str, str]], Connection]


class Speaker:
    """One session: `begin` opens both sides, `is_ready` when frames may go, `send` sends the next one.

    `latencies` gets the seconds from when a frame was due to when the console had it.
    """

    def __init__(self, session: dict[str, str], opener: Opener, latencies: list[float]) -> None:
        self.session, self.open, self.latencies = session, opener, latencies
        self.tab = self.seq = self.received = 0
        self.is_ready = self.is_disordered = False

    def begin(self) -> None:
        """Servers that keep nothing: both sides say nothing, the server says `ready` to each."""
        key = self.session["id"]
        self.console = self.open(f"/console/{key}", {})
        self.console.on_text = lambda _: self._console_ready()
        self.console.on_binary = self.hear
        self.visitor: Connection | None = None

    def _console_ready(self) -> None:
        self.visitor = self.open(f"/visitor/{self.session['id']}", {})
        self.visitor.on_text = lambda _: self._ready()

    def _ready(self) -> None:
        self.is_ready = True

    def send(self, due: float) -> None:
        assert self.visitor
        self.visitor.raw(self.wrap(masked(BINARY, self.frame(FrameKind.OPERATIONS, STAMP.pack(due)))))

    def wrap(self, frame: bytes) -> bytes:
        return frame

    def frame(self, kind: int, payload: bytes, *, flags: int = 0) -> bytes:
        self.seq += 1
        body = payload + FILLER[: PAYLOAD_BYTES - len(payload)] if kind == FrameKind.OPERATIONS else payload
        return HEADER.pack(kind, flags, 0, self.tab << 16 | 1, self.seq, time.time() * 1000) + body

    def hear(self, data: bytes) -> None:
        self.received += 1
        (seq,) = struct.unpack_from("!I", data, 8)
        self.is_disordered |= seq != self.received
        self.latencies.append(time.monotonic() - STAMP.unpack_from(data, HEADER_BYTES)[0])

    def keep_alive(self) -> None:
        """What a browser says now and then when nothing happens."""

    def is_acknowledged(self) -> bool:
        """Everything that was sent is known to be kept, where the server keeps something."""
        return True


class SocketIo(Speaker):
    """socket.io 4 over its WebSocket transport, as its own client speaks it."""

    EVENT = masked(TEXT, b'451-["frame",{"_placeholder":true,"num":0}]')

    def begin(self) -> None:
        self.visitor = None
        self.console = self._connect("console", self._console_ready)
        self.console.on_binary = self.hear

    def _connect(self, side: str, then: Callable[[], None]) -> Connection:
        path = f"/socket.io/?EIO=4&transport=websocket&side={side}&session={self.session['id']}"
        connection = self.open(path, {})

        def on_text(data: bytes) -> None:
            if data[:1] == b"0":
                connection.text("40")
            elif data[:2] == b"40":
                then()
            elif data[:1] == b"2":
                connection.text("3")

        connection.on_text = on_text
        return connection

    def _console_ready(self) -> None:
        self.visitor = self._connect("visitor", self._ready)

    def wrap(self, frame: bytes) -> bytes:
        return self.EVENT + frame


class Ours(Speaker):
    """The whole protocol: hello, page and snapshot from the visitor, then the console with its hello and credit."""

    def begin(self) -> None:
        self.used = self.credit = self.stored = 0
        self.heard = self.granted = 0
        self.queued = -1
        self.last_ack = b""
        path = f"/ws/assist/visitor/{self.session['id']}/"
        self.visitor = self.open(path, {"Origin": self.session["visitor_origin"]})
        self.visitor.on_open, self.visitor.on_text = self._visitor_hello, self._visitor_text

    def _visitor_hello(self) -> None:
        values = {"version": PROTOCOL_VERSION, "token": self.session["token"], "tab": 0, "loader": "bench"}
        values |= {"capture": self.session["capture"], "injection": "inline", "time": time.time() * 1000}
        self._say(self.visitor, "hello", **values)

    def _say(self, connection: Connection | None, kind: str, **fields: Any) -> None:
        assert connection
        connection.text(json.dumps({"type": kind, **fields}))

    def _visitor_text(self, data: bytes) -> None:
        if data.startswith(b'{"type": "ack"'):
            self.last_ack = data
            if self.seq == 2 and self.acknowledged_seq() == 2 and not self.is_ready:
                self._begin_console()
            return
        message = json.loads(data)
        if message["type"] == "welcome":
            self.tab, self.credit = message["tab"], message["credit"]
            self._enter_page()
        elif message["type"] == "error":
            raise RuntimeError(f"the server refuses the visitor: {message}")

    def _enter_page(self) -> None:
        entered = {"url": "http://localhost:9000/", "title": "Page", "kind": "html", "viewport": VIEWPORT}
        self._send_frame(self.frame(FrameKind.PAGE_ENTER, json.dumps(entered).encode()))
        self._send_frame(self.frame(FrameKind.SNAPSHOT, FILLER, flags=FrameFlag.STREAM_START))

    def _send_frame(self, frame: bytes) -> None:
        assert self.visitor
        self.used += len(frame)
        self.visitor.raw(masked(BINARY, frame))

    def acknowledged_seq(self) -> int:
        if self.last_ack:
            ack = json.loads(self.last_ack)
            self.stored, self.credit = ack["stored"], ack["credit"]
        return self.stored

    def _begin_console(self) -> None:
        self.last_ack = b""
        headers = {"Origin": self.session["desk_origin"], "Cookie": self.session["cookie"]}
        self.console = self.open(f"/ws/assist/console/{self.session['id']}/", headers)
        self.granted = CONSOLE_WINDOW
        self.console.on_open = lambda: self._say(self.console, "hello", version=PROTOCOL_VERSION, credit=CONSOLE_WINDOW)
        self.console.on_text, self.console.on_binary = self._console_text, self._console_binary

    def _console_text(self, data: bytes) -> None:
        message = json.loads(data)
        if message["type"] == "queue":
            self.queued = message["frames"]
        elif message["type"] in ("error", "lagging"):
            raise RuntimeError(f"the console is not served: {message}")

    def _console_binary(self, data: bytes) -> None:
        self.heard += len(data)
        if self.granted - self.heard < CONSOLE_WINDOW // 2:
            self.granted = self.heard + CONSOLE_WINDOW
            self._say(self.console, "credit", bytes=self.granted)
        if self.queued > 0:
            count = len(unbundled(data))
            self.queued -= count
            self.received += count
            self.is_ready = self.received == 2
        else:
            self.hear(data)

    def send(self, due: float) -> None:
        self.used += FRAME_BYTES
        if self.used > self.credit:
            self.acknowledged_seq()
        if self.used > self.credit:
            raise RuntimeError("the window is used up: the server does not keep up")
        super().send(due)

    def keep_alive(self) -> None:
        for connection in (self.visitor, self.console):
            self._say(connection, "ping", time=time.time() * 1000)

    def is_acknowledged(self) -> bool:
        return self.acknowledged_seq() == self.seq


SPEAKERS: dict[str, type[Speaker]] = {"ours": Ours, "plain": Speaker, "socketio": SocketIo}
