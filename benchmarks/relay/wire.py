"""A WebSocket client that costs little: raw sockets, whole frames only, no copy that can be avoided.

Its frames are masked with the key zero, which leaves the payload as it is: servers unmask as they always do.
"""

import base64
import os
import socket
import struct
from collections.abc import Callable

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
READ_BYTES = 256 * 1024
ZERO_MASK = b"\0\0\0\0"


class Closed(Exception):
    """The server has closed the connection, or refused it."""


def masked(opcode: int, payload: bytes) -> bytes:
    """One frame, as a client sends it."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + ZERO_MASK + payload


class Connection:
    """`on_open()`, `on_text(data)` and `on_binary(data)` are set by whoever speaks over it."""

    def __init__(self, address: tuple[str, int], path: str, headers: dict[str, str]) -> None:
        self.on_open: Callable[[], None] = lambda: None
        self.on_text: Callable[[bytes], None] = lambda data: None
        self.on_binary: Callable[[bytes], None] = lambda data: None
        self.is_open = self.is_closed = False
        self._in = b""
        self._out = b""
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {address[0]}:{address[1]}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._send("\r\n".join([*lines, "", ""]).encode())

    def text(self, data: str) -> None:
        self._send(masked(TEXT, data.encode()))

    def raw(self, data: bytes) -> None:
        """Frames that are already masked."""
        self._send(data)

    def _send(self, data: bytes) -> None:
        if self._out:
            self._out += data
            return
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            raise Closed from None
        if sent < len(data):
            self._out = data[sent:]

    def flush(self) -> None:
        """Send again what the kernel did not take."""
        if self._out:
            data, self._out = self._out, b""
            self._send(data)

    def read(self) -> None:
        """Take what has come and hand it on; raises `Closed`."""
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            raise Closed
        self._in = self._in + data if self._in else data
        if not self.is_open:
            self._handshake()
        if self.is_open and self._in:
            self._frames()

    def _handshake(self) -> None:
        head, end, rest = self._in.partition(b"\r\n\r\n")
        if not end:
            return
        if not head.startswith(b"HTTP/1.1 101"):
            raise Closed(head[:80])
        self._in, self.is_open = rest, True
        self.on_open()

    def _frames(self) -> None:
        data, at, end = self._in, 0, len(self._in)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                if end - at < 4:
                    break
                size, start = data[at + 2] << 8 | data[at + 3], at + 4
            elif size == 127:
                if end - at < 10:
                    break
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if end - start < size:
                break
            first, at = data[at], start + size
            self._dispatch(first, data[start:at])
        self._in = data[at:] if at < end else b""

    def _dispatch(self, first: int, payload: bytes) -> None:
        opcode = first & 15
        if not first & 0x80 or opcode == 0:
            raise RuntimeError("the server splits its messages")
        if opcode == BINARY:
            self.on_binary(payload)
        elif opcode == TEXT:
            self.on_text(payload)
        elif opcode == PING:
            self._send(masked(PONG, payload))
        elif opcode == CLOSE:
            raise Closed(payload)

    def close(self) -> None:
        self.is_closed = True
        self.socket.close()
