"""The wire of the assist channel, declared once; `manage.py generate_protocol` writes the TypeScript side.

Binary WebSocket messages are frames: a 20-byte big-endian header and an opaque payload. Text messages are JSON
objects with a `type`; unknown types and fields are refused. docs/protocol.md explains the exchange.
"""

import math
import struct
from enum import IntEnum
from typing import NamedTuple

PROTOCOL_VERSION = 1
HEADER = struct.Struct("!BBHIId")
HEADER_BYTES = HEADER.size
LENGTH_BYTES = 4  # big-endian, ahead of each frame in a bundle
MAX_FRAME_BYTES = 256 * 1024
TAB_SHIFT = 16
COUNTER_BITS = 0xFFFF  # what is left of a page's number without its tab
SHELF_COUNTER = 0xFFFF  # of the page that stands for a tab's shelf
FLAG_BITS = 15
# Upper bounds of the latencies that a console counts; one more bucket has what is above.
LATENCY_BUCKETS_MS = (10, 20, 30, 40, 50, 60, 80, 100, 125, 150, 200, 300, 400, 600, 1000, 2000, 5000, 10_000)


class FrameKind(IntEnum):
    """1 to 31 come from the visitor and are sequenced; 32 on come from the server."""

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
    CAPTURE_CODE = 32
    BUNDLE = 33  # several frames of one page in one message, for a console
    SESSION_START = 40
    TAB_HELLO = 41
    SESSION_END = 42


STREAMED = frozenset({FrameKind.SNAPSHOT, FrameKind.OPERATIONS})  # parts of page streams; others carry JSON


class FrameFlag(IntEnum):
    STREAM_START = 1
    MORE = 2
    FRONT = 4  # the visitor has turned to this page, or acts on it
    BACKGROUND = 8  # entered in a tab that is not in front; of VISIBILITY: the tab is out of sight now


class ErrorCode:
    """Stable codes of `error` messages; the close code of a fatal one is 4000 + its number."""

    BAD_MESSAGE = "bad_message"
    BAD_FRAME = "bad_frame"
    UNKNOWN_KIND = "unknown_kind"
    FRAME_TOO_LARGE = "frame_too_large"
    WINDOW_OVERRUN = "window_overrun"
    RATE_EXCEEDED = "rate_exceeded"
    SEQ_GAP = "seq_gap"
    NOT_ALLOWED = "not_allowed"
    BAD_TOKEN = "bad_token"  # noqa: S105
    BAD_ORIGIN = "bad_origin"
    SESSION_ENDED = "session_ended"
    REPLACED = "replaced"
    VERSION = "version"
    FORGOTTEN = "forgotten"
    MOVED = "moved"
    RIGHT_UNREAD = "right_unread"
    UNAVAILABLE = "unavailable"


CLOSE_CODES = {
    ErrorCode.BAD_MESSAGE: 4000,
    ErrorCode.BAD_FRAME: 4001,
    ErrorCode.UNKNOWN_KIND: 4002,
    ErrorCode.FRAME_TOO_LARGE: 4003,
    ErrorCode.WINDOW_OVERRUN: 4004,
    ErrorCode.RATE_EXCEEDED: 4005,
    ErrorCode.SEQ_GAP: 4006,
    ErrorCode.NOT_ALLOWED: 4007,
    ErrorCode.BAD_TOKEN: 4008,
    ErrorCode.BAD_ORIGIN: 4009,
    ErrorCode.SESSION_ENDED: 4010,
    ErrorCode.REPLACED: 4011,
    ErrorCode.VERSION: 4012,
    ErrorCode.FORGOTTEN: 4013,
    ErrorCode.MOVED: 4014,
    ErrorCode.RIGHT_UNREAD: 4015,
    ErrorCode.UNAVAILABLE: 4016,
}


class BadFrame(ValueError):
    """The bytes are no frame; `code` is one of ErrorCode."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Frame(NamedTuple):
    """`page` is tab << 16 | counter, `seq` counts from 1 in each tab, `time` is the sender's clock, ms since 1970."""

    kind: int
    flags: int
    page: int
    seq: int
    time: float
    payload: bytes

    @property
    def tab(self) -> int:
        return self.page >> TAB_SHIFT


def encode_frame(frame: Frame) -> bytes:
    return HEADER.pack(frame.kind, frame.flags, 0, frame.page, frame.seq, frame.time) + frame.payload


def decode_frame(data: bytes) -> Frame:
    """Raise BadFrame for a short, oversized or reserved-bit-carrying message, and for a time that is no number."""
    if len(data) > MAX_FRAME_BYTES:
        raise BadFrame(ErrorCode.FRAME_TOO_LARGE)
    if len(data) < HEADER_BYTES:
        raise BadFrame(ErrorCode.BAD_FRAME)
    kind, flags, reserved, page, seq, time = HEADER.unpack_from(data)
    if reserved or flags & ~FLAG_BITS or not math.isfinite(time):
        raise BadFrame(ErrorCode.BAD_FRAME)
    return Frame(kind, flags, page, seq, time, data[HEADER_BYTES:])


def encode_bundle(page: int, payload: bytes) -> bytes:
    """A message with several frames: `payload` has the length of each ahead of it."""
    return HEADER.pack(FrameKind.BUNDLE, 0, 0, page, 0, 0.0) + payload


def unbundled(data: bytes) -> list[bytes]:
    """The frames of a binary message for a console: one as it is, or those of a bundle. Raise BadFrame."""
    if decode_frame(data).kind != FrameKind.BUNDLE:
        return [data]
    frames, at = [], HEADER_BYTES
    while at < len(data):
        end = at + LENGTH_BYTES + int.from_bytes(data[at : at + LENGTH_BYTES])
        if end > len(data):
            raise BadFrame(ErrorCode.BAD_FRAME)
        frames.append(data[at + LENGTH_BYTES : end])
        at = end
    return frames


# Text messages: type -> {field: type}. "?" marks an optional field. Types: int, float, str, bool, object, list; the
# part behind a colon names a shape of SHAPES, of which it is one (object) or many (list).
#
# People, however many windows each has; `listeners` are those of the names who listen in and do not help; `agent` is
# whose session it is.
WATCHING = {"count": "int", "names": "list", "listeners": "list", "agent": "str"}
SHAPES: dict[str, dict[str, str]] = {
    "CaptureCode": {"sha256": "str", "size_bytes": "int", "url?": "str"},  # url only for injection "url"
    # `{version, session, masking, mappings}` as JSON; the signature is Ed25519, hex, for the tenant's rules_public_key.
    "SignedRules": {"text": "str", "signature": "str"},
    "Limits": {
        "frame_bytes": "int",
        "window_bytes": "int",
        "frames_per_second": "int",
        "bytes_per_second": "int",
        "asset_bytes": "int",
        "session_assets": "int",
        "session_asset_bytes": "int",
        "queue_bytes": "int",
    },
    "SessionSummary": {
        "id": "str",
        "state": "str",  # waiting | live | reconnecting | paused | ended
        "started_at?": "float",
        "ended_at?": "float",
        "end_reason?": "str",
        "since?": "float",  # of reconnecting: when the visitor was last seen
        "viewport?": "object",
        "visitor_name": "str",
    },
    "Watching": WATCHING,
    "TabSummary": {
        "tab": "int",
        "page": "int",  # the page that it is on, 0 while there is none
        "is_open": "bool",  # it has a connection
        "is_visible": "bool",
    },
    "HandOver": {"key": "str", "origins": "list"},  # hex, and patterns of the tenant's other origins
    "PageSummary": {
        "page": "int",
        "kind": "str",
        "url": "str",
        "title": "str",
        "entered_at": "float",
        "closed_at?": "float",
    },
}
VISITOR_MESSAGES: dict[str, dict[str, str]] = {
    "hello": {
        "version": "int",
        "token": "str",
        "tab": "int",  # 0 asks for a new tab number
        "capture": "str",  # SHA-256 of the cached capture code or rules, or ""
        "native?": "str",  # where a page is not HTML: that of the cached script for it, or ""
        "injection": "str",  # inline | blob | url, or rules: no code is run, and none is sent
        "time": "float",
        "loader": "str",
    },
    "asset_offer": {"assets": "list"},  # [[SHA-256 as base64url, size_bytes], ...], at most 200
    # The first 6 bytes of the digests of subtrees, in one row, as base64; at most 256.
    "subtree_ask": {"names": "str"},
    "end": {"reason": "str"},
    "ping": {"time": "float"},
}
VISITOR_REPLIES: dict[str, dict[str, str]] = {
    "welcome": {
        "session": "str",
        "tab": "int",
        "stored": "int",
        "durable": "int",
        "credit": "int",
        "capture": "object:CaptureCode",
        "native?": "object:CaptureCode",  # where the hello asked for it
        "masking": "object",
        "mappings": "object",  # {name: document}
        "rules?": "object:SignedRules",  # for injection "rules", whose masking and mappings stand in it
        "hand_over": "object:HandOver",
        "asset_hosts": "list",  # patterns of the hosts that `fetch` may name
        "watchers": "int",
        "watching": "object:Watching",
        "paused": "bool",
        "time": "float",
        "limits": "object:Limits",
    },
    "ack": {"stored": "int", "durable": "int", "credit": "int"},
    "asset_want": {"assets": "list"},  # [sha256, ...]: only these are to be uploaded
    # Digests of those that the store has, and which of those asked for, from 0 on, are to be uploaded.
    "subtree_answer": {"known": "list", "wanted": "list"},
    "watchers": WATCHING,
    "resync": {"page": "int"},  # send a fresh snapshot of the current page
    "paused": {"paused": "bool"},  # the visitor's choice in another tab
    "ping": {},  # nothing was heard for a while: say something
    "front": {},  # another tab has gone: say so if this one is in front
    "ended": {"reason": "str"},
    "pong": {"time": "float", "server_time": "float"},
    "error": {"code": "str", "expected?": "int", "reason?": "str"},  # reason of the end, with session_ended
}
# The socket of its own on which assets go up: `asset`, then its bytes as binary messages, then the next.
UPLOAD_MESSAGES: dict[str, dict[str, str]] = {
    "hello": {"version": "int", "token": "str"},
    # size_bytes are the bytes that follow, which are gzip if is_zipped; the digest is of what they inflate to.
    "asset": {"sha256": "str", "size_bytes": "int", "content_type": "str", "is_zipped": "bool"},
    "fetch": {"id": "int", "url": "str"},  # an asset of a site in `asset_hosts` that the browser may not read
}
UPLOAD_REPLIES: dict[str, dict[str, str]] = {
    "ready": {},
    "got": {"bytes": "int"},  # binary bytes on this connection, after each message
    "kept": {"sha256": "str", "code": "str"},  # in the order of the assets; code is "" or why it is not kept
    # In any order. `code` is "" or why there is none; `style` is what of a style sheet leads to other assets.
    "fetched": {"id": "int", "sha256": "str", "code": "str", "style": "str"},
    "error": {"code": "str"},
}
CONSOLE_MESSAGES: dict[str, dict[str, str]] = {
    "hello": {"version": "int", "credit": "int"},
    "credit": {"bytes": "int"},  # cumulative bytes that the server may have sent since hello
    "fetch": {"page": "int"},  # send this page's queue again from its snapshot
    "resync": {"page": "int", "detail": "str"},  # the rebuild failed: ask the visitor for a fresh snapshot
    # Frames painted since the last report: a count for each of LATENCY_BUCKETS_MS, and one for what is above.
    "quality": {"latency": "list"},
    "end": {},
    "ping": {"time": "float"},
}
CONSOLE_REPLIES: dict[str, dict[str, str]] = {
    "welcome": {
        "session": "object:SessionSummary",
        "pages": "list:PageSummary",
        "page": "int",  # the current page, 0 while there is none
        "tabs": "list:TabSummary",
        "offsets": "object",  # {tab: offset_ms}
        "watching": "object:Watching",
        "time": "float",
    },
    # This many frames of one page's queue follow and replace it; another `queue` before that many have come starts
    # over. `current` is the page to show.
    "queue": {"page": "int", "frames": "int", "current": "int"},
    "state": {"state": "str", "reason?": "str", "since?": "float"},
    "watchers": WATCHING,
    "tabs": {"tabs": "list:TabSummary"},
    "offset": {"tab": "int", "offset_ms": "float"},  # server clock - visitor clock
    "lagging": {"dropped_bytes": "int"},
    "ended": {"reason": "str"},
    "pong": {"time": "float", "server_time": "float"},
    "error": {"code": "str"},
}
