"""The visitor's part of the channel's wire (docs/protocol.md): frames are a 20-byte big-endian header and a payload."""

import struct
from enum import IntEnum
from typing import NamedTuple

PROTOCOL_VERSION = 1
HEADER = struct.Struct("!BBHIId")
TAB_SHIFT = 16
# The channel carries signed rules to clients that run no code.
INJECTION = "rules"


class FrameKind(IntEnum):
    """What a visitor sends."""

    PAGE_ENTER = 1
    SNAPSHOT = 2
    OPERATIONS = 3
    PAGE_LEAVE = 4
    PAGE_CLOSE = 5
    HISTORY = 6
    VIEWPORT = 7
    PAUSE = 8
    RESUME = 9
    GAP = 10
    VISIBILITY = 11


class FrameFlag(IntEnum):
    STREAM_START = 1
    MORE = 2
    FRONT = 4


class CloseCode(IntEnum):
    """Those after which the client does something else than to connect again."""

    BAD_TOKEN = 4008
    BAD_ORIGIN = 4009
    SESSION_ENDED = 4010
    REPLACED = 4011
    VERSION = 4012
    MOVED = 4014


# Why the session is over when the channel was closed with this code.
FINAL = {
    CloseCode.BAD_TOKEN: "bad_token",
    CloseCode.BAD_ORIGIN: "bad_origin",
    CloseCode.SESSION_ENDED: "other",
    CloseCode.VERSION: "version",
    CloseCode.REPLACED: "replaced",
}
# Codes of errors about one frame, which would be refused again.
FRAME_REFUSED = frozenset({"bad_frame", "unknown_kind", "frame_too_large"})


class Frame(NamedTuple):
    """`page` is tab << 16 | counter, `seq` counts from 1 in each tab, `time` is this clock, ms since 1970."""

    kind: int
    flags: int
    page: int
    seq: int
    time: float
    payload: bytes


def encode_frame(frame: Frame) -> bytes:
    return HEADER.pack(frame.kind, frame.flags, 0, frame.page, frame.seq, frame.time) + frame.payload
