"""Short heads: a visitor's frame without what the one before it on the connection has said (docs/protocol.md)."""

import struct

from assist.channel.protocol import (
    FLUSHED,
    HEADER,
    HEADER_BYTES,
    MOST_SHORT_MS,
    SHORT_HEAD,
    SOON,
    BadFrame,
    ErrorCode,
    FrameKind,
)

LATE_HEAD = struct.Struct("!BH")  # SHORT_HEAD, FLUSHED and flags; ms since the frame before
SOON_HEAD = struct.Struct("!BB")  # the same, with SOON
FLUSH_END = b"\x00\x00\xff\xff"  # of what a deflate stream is flushed with (RFC 1951, section 3.2.4)
MOST_SOON_MS = 0xFF
RESERVED = 0x40
LAST_SEQ = 0xFFFFFFFF


class Heads:
    """Of one connection: `whole` is given each binary message that comes, or `short` each frame that goes, in order."""

    def __init__(self) -> None:
        self._before: tuple[int, int, float] | None = None

    def whole(self, message: bytes) -> bytes:
        """The frame, of which nothing is checked that its header says itself. Raise BadFrame for a short head alone."""
        if message and message[0] & SHORT_HEAD:
            message = self._lengthened(message)
        self._note(message)
        return message

    def short(self, frame: bytes) -> bytes:
        """The message for a frame, with a short head where that says the same."""
        before, now = self._before, self._note(frame)
        if before is None or frame[0] != FrameKind.OPERATIONS:
            return frame
        follows = now[:2] == (before[0], before[1] + 1)
        ms = now[2] - before[2]
        if not follows or not 0 <= ms <= MOST_SHORT_MS or ms != int(ms):
            return frame
        head, payload = SHORT_HEAD | frame[1], frame[HEADER_BYTES:]
        if payload.endswith(FLUSH_END):
            head, payload = head | FLUSHED, payload.removesuffix(FLUSH_END)
        if ms <= MOST_SOON_MS:
            return SOON_HEAD.pack(head | SOON, int(ms)) + payload
        return LATE_HEAD.pack(head, int(ms)) + payload

    def _note(self, frame: bytes) -> tuple[int, int, float]:
        if len(frame) < HEADER_BYTES:
            raise BadFrame(ErrorCode.BAD_FRAME)
        _, _, _, page, seq, time = HEADER.unpack_from(frame)
        self._before = (page, seq, time)
        return self._before

    def _lengthened(self, message: bytes) -> bytes:
        short = SOON_HEAD if message[0] & SOON else LATE_HEAD
        if self._before is None or len(message) < short.size or message[0] & RESERVED:
            raise BadFrame(ErrorCode.BAD_FRAME)
        head, ms = short.unpack_from(message)
        page, seq, time = self._before
        if seq == LAST_SEQ:
            raise BadFrame(ErrorCode.BAD_FRAME)
        header = HEADER.pack(FrameKind.OPERATIONS, head & 0xF, 0, page, seq + 1, time + ms)
        return header + message[short.size :] + (FLUSH_END if head & FLUSHED else b"")
