"""Page streams, deflated or packed (docs/protocol.md), frame by frame."""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assist.channel.packing import PACKED, BadPacking, UnpackStream
from assist.channel.protocol import Frame, FrameFlag

MAX_INFLATED_BYTES = 32 * 1024 * 1024
# Of what is packed: 6 KB can stand for 32 MiB, which take minutes to read here. Pages are packed to a tenth.
PACKED_TIMES = 64


class BadStream(ValueError):
    """`str()` is a stable code: bad_stream, inflates_too_much or takes_too_long."""


@dataclass
class PageStream:
    """One raw-deflate stream of a page; its first frame's time by the visitor's clock, and by the server's."""

    base_ms: float
    at_ms: float
    inflater: Any = field(default_factory=lambda: zlib.decompressobj(-zlib.MAX_WBITS))
    rest: bytes = b""

    @property
    def waiting_bytes(self) -> int:
        """What it holds of a line that is not whole yet."""
        return len(self.rest)

    def lines(self, frame: Frame) -> Iterator[bytes]:
        """The lines that this frame completes, one at a time: there can be millions; raises `BadStream`."""
        text, at = self.rest + self.inflated(frame), 0
        if len(text) > MAX_INFLATED_BYTES:
            raise BadStream("inflates_too_much")
        while (end := text.find(b"\n", at)) >= 0:
            yield text[at:end]
            at = end + 1
        self.rest = text[at:]

    def inflated(self, frame: Frame) -> bytes:
        try:
            text: bytes = self.inflater.decompress(frame.payload, MAX_INFLATED_BYTES + 1)
        except zlib.error:
            raise BadStream("bad_stream") from None
        if self.inflater.unconsumed_tail:
            raise BadStream("inflates_too_much")
        return text


@dataclass
class Allowance:
    """How much text the packed streams of one session may still have: it grows with what they bring.

    At `until` (as `time.monotonic()` has it) none of them is read on.
    """

    text_bytes: int = MAX_INFLATED_BYTES
    until: float = math.inf


@dataclass
class PackedStream(PageStream):
    """The same of a packed one, which is read when all that was flushed at once has come."""

    allowance: Allowance = field(default_factory=Allowance)
    inflater: UnpackStream = field(default_factory=UnpackStream)
    held: bytes = b""

    @property
    def waiting_bytes(self) -> int:
        return len(self.rest) + len(self.held)

    def inflated(self, frame: Frame) -> bytes:
        self.held += frame.payload
        if len(self.held) > MAX_INFLATED_BYTES:
            raise BadStream("inflates_too_much")
        if frame.flags & FrameFlag.MORE:
            return b""
        batch, self.held = self.held, b""
        self.allowance.text_bytes += PACKED_TIMES * len(batch)
        most = min(MAX_INFLATED_BYTES, self.allowance.text_bytes)
        try:
            text = self.inflater.batch(batch, most, self.allowance.until)
        except BadPacking as error:
            # How far it came took its time, too.
            self.allowance.text_bytes -= most if str(error) == "inflates_too_much" else 0
            raise BadStream(str(error)) from None
        self.allowance.text_bytes -= len(text)
        return text


def page_stream(first: Frame, at_ms: float, allowance: Allowance | None = None) -> PageStream:
    """Of the page of the frame, with which it begins."""
    if first.payload.startswith(PACKED):
        return PackedStream(first.time, at_ms, allowance=allowance or Allowance())
    return PageStream(first.time, at_ms)
