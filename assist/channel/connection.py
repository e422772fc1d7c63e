"""What one visitor's connection has taken and may still take; no waiting anywhere in here."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from assist.channel import limits
from assist.channel.front import ENTERING
from assist.channel.live import SessionKeys
from assist.channel.messages import BadMessage, check_fields, load_object
from assist.channel.metrics import Meters
from assist.channel.protocol import MAX_FRAME_BYTES, STREAMED, BadFrame, ErrorCode, Frame, FrameKind, decode_frame
from assist.channel.router import frame_handlers
from assist.requests.buckets import Bucket

FIRST_KIND, LAST_KIND = FrameKind.PAGE_ENTER, FrameKind.VISIBILITY
GAP_FIELDS = {"from_seq": "int", "to_seq": "int", "reason": "str"}


class SeqGap(Exception):
    """Frames are missing before this one; `Intake.accepted + 1` is expected."""


class Intake:
    """Checks of frames in the order of their cost: size, window, rate, header, sequence, payload of control frames.

    `offset_ms` is server clock minus visitor clock; nothing has happened before `started_ms`, the session's start.
    """

    def __init__(
        self,
        keys: SessionKeys,
        *,
        meters: Meters,
        node_id: str,
        tab: int,
        stored: int,
        offset_ms: float,
        started_ms: float,
    ) -> None:
        self.keys, self.meters = keys, meters
        self.tab = tab
        self._offset_ms, self._started_ms = offset_ms, started_ms
        self.connection_id = f"{node_id}.{secrets.token_hex(8)}"
        self.accepted = self.stored = stored
        self.received_bytes = 0
        self.credit = self.granted = limits.WINDOW_BYTES
        self._frames = Bucket(limits.FRAMES_PER_SECOND, limits.BURST_SECONDS)
        self._bytes = Bucket(limits.BYTES_PER_SECOND, limits.BURST_SECONDS)
        self._pages = Bucket(limits.PAGES_PER_SECOND, limits.PAGES_BURST_SECONDS)

    def take(self, data: bytes) -> Frame | None:
        """The frame if it is to be stored, None if it was before; raises `BadFrame`, `SeqGap`."""
        self._admit(len(data))
        frame = decode_frame(data)
        self._check_header(frame)
        if frame.seq <= self.accepted:
            return None
        if frame.kind == FrameKind.GAP:
            self._check_gap(frame)
        elif frame.seq != self.accepted + 1:
            raise SeqGap
        if frame.kind in ENTERING and not self._pages.take(1):  # each can make a row
            raise BadFrame(ErrorCode.RATE_EXCEEDED)
        if handler := frame_handlers.get(frame.kind):
            handler(self.keys.tenant_id, self.keys.session_id, self._timed(frame))
        self.accepted = frame.seq
        self.meters.frames_in.inc()
        self.meters.bytes_in.inc(len(data))
        return frame

    def _timed(self, frame: Frame) -> Frame:
        """A control frame on the server's clock: rows are written by it."""
        if frame.kind in STREAMED:
            return frame
        at = min(frame.time + self._offset_ms, time.time() * 1000)
        return frame._replace(time=max(at, self._started_ms))

    def _admit(self, size: int) -> None:
        self.received_bytes += size
        if size > MAX_FRAME_BYTES:
            raise BadFrame(ErrorCode.FRAME_TOO_LARGE)
        if self.received_bytes > self.granted:
            raise BadFrame(ErrorCode.WINDOW_OVERRUN)
        if not (self._frames.take(1) and self._bytes.take(size)):
            raise BadFrame(ErrorCode.RATE_EXCEEDED)

    def _check_header(self, frame: Frame) -> None:
        if not FIRST_KIND <= frame.kind <= LAST_KIND:
            raise BadFrame(ErrorCode.UNKNOWN_KIND)
        if frame.tab != self.tab or frame.seq == 0 or not 0 <= frame.time < limits.CLOCK_MS:
            raise BadFrame(ErrorCode.BAD_FRAME)
        if frame.kind not in STREAMED and len(frame.payload) > limits.MAX_CONTROL_BYTES:
            raise BadFrame(ErrorCode.BAD_FRAME)

    def _check_gap(self, frame: Frame) -> None:
        """Only this frame may jump, over exactly the frames that it names."""
        gap = control_payload(frame, GAP_FIELDS)
        if gap["from_seq"] > self.accepted + 1:
            raise SeqGap
        if gap["from_seq"] < 1 or gap["to_seq"] != frame.seq - 1 or len(gap["reason"]) > 200:
            raise BadFrame(ErrorCode.BAD_FRAME)
        self.meters.missing.inc(gap_frames(gap))


def gap_frames(gap: Mapping[str, Any]) -> int:
    """How many frames the payload of a GAP stands for: those that it names, or the one whose place it took."""
    return max(1, int(gap["to_seq"]) - int(gap["from_seq"]) + 1)


def control_payload(frame: Frame, fields: dict[str, str]) -> dict[str, Any]:
    """The payload's JSON object, checked as messages are; raises `BadFrame`."""
    try:
        payload = load_object(frame.payload)
        check_fields(payload, fields)
    except BadMessage:
        raise BadFrame(ErrorCode.BAD_FRAME) from None
    return payload
