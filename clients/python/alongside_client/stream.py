"""Writes one stay on a page: operations into its deflate stream, the stream into frames (docs/protocol.md)."""

import time
import zlib
from collections.abc import Callable
from typing import Any

from alongside_client.page import BadNativePage
from alongside_client.tree import as_json
from alongside_client.wire import FrameFlag, FrameKind

# Small enough that on a slow line an acknowledgement comes every few seconds.
PIECE_BYTES = 32 * 1024
INFLATED_MAX_BYTES = 32 * 1024 * 1024
# The outbox keeps 8 MiB until they are safe, and what led to the snapshot is among them.
SNAPSHOT_MAX_BYTES = 7 * 1024 * 1024
RAW = -15
LEVEL = 6

Send = Callable[[int, int, bytes, int], int]


def now_ms() -> int:
    return int(time.time() * 1000)


class PageStream:
    def __init__(self, send: Send, page: int) -> None:
        self._send, self._page = send, page
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
        self._lines: list[bytes] = []
        self._started_at = self._last = 0
        self._is_fresh = True
        # Of the last frame.
        self.seq = 0

    @property
    def is_empty(self) -> bool:
        return not self._lines

    def add(self, name: str, at_ms: int, *values: Any) -> None:
        """An operation for the next `send`; `at_ms` since 1970. Times never go back."""
        self._started_at = self._started_at or now_ms()
        self._last = max(self._last, at_ms - self._started_at)
        self._lines.append(f"{as_json([name, self._last, *values])}\n".encode())

    def send(self, kind: int = FrameKind.OPERATIONS, flags: int = 0) -> int:
        """The seq of the frame that completes what was added.

        Raise BadNativePage for more than the other side takes: nothing was sent, and the stream can't go on.
        """
        if self.is_empty:
            return self.seq
        text, self._lines = b"".join(self._lines), []
        data = self._deflate.compress(text) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        if len(text) > INFLATED_MAX_BYTES or len(data) > SNAPSHOT_MAX_BYTES:
            raise BadNativePage("The page is larger than what can be sent at once.")
        for at in range(0, len(data), PIECE_BYTES):
            more = FrameFlag.MORE if at + PIECE_BYTES < len(data) else 0
            start = FrameFlag.STREAM_START if self._is_fresh else 0
            self.seq = self._send(kind, self._page, data[at : at + PIECE_BYTES], start | more | flags)
            self._is_fresh = False
        return self.seq
