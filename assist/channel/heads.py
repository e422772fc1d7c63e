"""Short heads: a visitor's frame without what the one before it on the connection has said (docs/protocol.md)."""

import struct

from assist.channel.limits import MAX_CONTROL_BYTES
from assist.channel.protocol import (
    COUNTER_BITS,
    FLAG_BITS,
    HEADER,
    HEADER_BYTES,
    STREAMED,
    TAB_SHIFT,
    BadFrame,
    ErrorCode,
    FrameKind,
)

SHORT_HEAD = 0x80  # of a visitor's frame that goes on with the one before: what its first byte has beside the flags
FLUSHED = 0x10  # the payload goes without the bytes that end a flush
SOON = 0x20  # the milliseconds are one byte
MOST_SHORT_MS = 0xFFFF
NEXT_HEAD = 0xC0  # from here on one byte is all of a head: flags as before, and so many STEP_MS after it
STEP_MS = 4
OTHER_HEAD = 0x40  # with its kind, of a frame of any kind and of any page of the tab
# What control frames often say: in a message with such a head each stands as the byte that its place is, from 1 on.
CONTROL_WORDS = (
    '{"url":"http', '","title":"', '","kind":"html"', '","kind":"native"', '"viewport":{"width":', '{"width":',
    ',"height":', ',"dpr":1', ',"screen_width":', ',"screen_height":', ',"zoom":1}', '{"digest":"', ',"checkpoint":"',
    ',"at_seq":', ',"volatile":{', '"scroll":[[', '"values":[[', '"canvas":[[', '"media":[[', '"focus":', '"hover":',
    ',"ring":0', '"]', "]],", "],[", "••••",
)  # fmt: skip

LATE_HEAD = struct.Struct("!BH")  # SHORT_HEAD, FLUSHED and flags; ms since the frame before
SOON_HEAD = struct.Struct("!BB")  # the same, with SOON
OTHER_PARTS = struct.Struct("!BBHH")  # OTHER_HEAD and kind; flags; counter of the page; ms since the frame before
FLUSH_END = b"\x00\x00\xff\xff"  # of what a deflate stream is flushed with (RFC 1951, section 3.2.4)
MOST_SOON_MS = 0xFF
MOST_STEPS = 0xFF - NEXT_HEAD
LAST_SEQ = 0xFFFFFFFF
WORDS = [(bytes([at]), word.encode()) for at, word in enumerate(CONTROL_WORDS, 1)]


class Heads:
    """Of one connection: `whole` is given each binary message that comes, or `short` each frame that goes, in order."""

    def __init__(self) -> None:
        self._before: tuple[int, int, int, int, float] | None = None

    def whole(self, message: bytes) -> bytes:
        """The frame, of which nothing is checked that its header says itself. Raise BadFrame for a short head alone."""
        if message and message[0] >= OTHER_HEAD:
            message = self._lengthened(message)
        self._note(message)
        return message

    def short(self, frame: bytes) -> bytes:
        """The message for a frame, with a short head where that says the same."""
        before, now = self._before, self._note(frame)
        if before is None:
            return frame
        kind, flags, page, seq, time = now
        ms = time - before[4]
        if seq != before[3] + 1 or not 0 <= ms <= MOST_SHORT_MS or ms != int(ms):
            return frame
        if kind != FrameKind.OPERATIONS or page != before[2]:
            return _other(frame, ms=int(ms)) if page >> TAB_SHIFT == before[2] >> TAB_SHIFT else frame
        head, payload = SHORT_HEAD | flags, frame[HEADER_BYTES:]
        if payload.endswith(FLUSH_END):
            head, payload = head | FLUSHED, payload.removesuffix(FLUSH_END)
        elif flags == before[1] and ms % STEP_MS == 0 and ms <= MOST_STEPS * STEP_MS:
            return bytes([NEXT_HEAD + int(ms) // STEP_MS]) + payload
        if ms <= MOST_SOON_MS:
            return SOON_HEAD.pack(head | SOON, int(ms)) + payload
        return LATE_HEAD.pack(head, int(ms)) + payload

    def _note(self, frame: bytes) -> tuple[int, int, int, int, float]:
        if len(frame) < HEADER_BYTES:
            raise BadFrame(ErrorCode.BAD_FRAME)
        kind, flags, _, page, seq, time = HEADER.unpack_from(frame)
        self._before = (kind, flags, page, seq, time)
        return self._before

    def _lengthened(self, message: bytes) -> bytes:
        if self._before is None:
            raise BadFrame(ErrorCode.BAD_FRAME)
        _, flags, page, seq, time = self._before
        if seq == LAST_SEQ:
            raise BadFrame(ErrorCode.BAD_FRAME)
        kind, flags, page, ms, payload = _parts(message, flags, page)
        return HEADER.pack(kind, flags, 0, page, seq + 1, time + ms) + payload


def _other(frame: bytes, *, ms: int) -> bytes:
    """The message for a frame of another kind or page than the one before it, which was so many ms ago."""
    kind, flags, _, page, _, _ = HEADER.unpack_from(frame)
    payload = frame[HEADER_BYTES:]
    if kind not in STREAMED:
        if any(0 < byte <= len(WORDS) for byte in payload):
            return frame
        for byte, word in WORDS:
            payload = payload.replace(word, byte)
    return OTHER_PARTS.pack(OTHER_HEAD | kind, flags, page & COUNTER_BITS, ms) + payload


def _parts(message: bytes, flags: int, page: int) -> tuple[int, int, int, int, bytes]:
    """Kind, flags, page, ms since the frame before, which had those flags and that page, and the payload."""
    head = message[0]
    if head >= NEXT_HEAD:
        return FrameKind.OPERATIONS, flags, page, (head - NEXT_HEAD) * STEP_MS, message[1:]
    parts = OTHER_PARTS if head < SHORT_HEAD else SOON_HEAD if head & SOON else LATE_HEAD
    if len(message) < parts.size:
        raise BadFrame(ErrorCode.BAD_FRAME)
    payload = message[parts.size :]
    if head < SHORT_HEAD:
        _, flags, counter, ms = parts.unpack_from(message)
        kind = head - OTHER_HEAD
        return kind, flags, page & ~COUNTER_BITS | counter, ms, payload if kind in STREAMED else _worded(payload)
    head, ms = parts.unpack_from(message)
    return FrameKind.OPERATIONS, head & FLAG_BITS, page, ms, payload + (FLUSH_END if head & FLUSHED else b"")


def _worded(payload: bytes) -> bytes:
    if len(payload) > MAX_CONTROL_BYTES:
        raise BadFrame(ErrorCode.BAD_FRAME)
    for byte, word in WORDS:
        payload = payload.replace(byte, word)
    return payload
