"""What a page's stream may say to the converter, on a page as small as can be."""

import json
import zlib
from collections import Counter
from typing import Any

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame
from recordings.archive.export.assets import ArchiveAssets
from recordings.archive.export.rrweb import Converter
from recordings.archive.segments import JournalEntry

PAGE, OTHER = 1 << 16 | 1, 2 << 16 | 1
START_MS = 1_000_000
VIEWPORT = {"width": 800, "height": 600}
DIGEST = "0123456789abcdef" * 4


class Visitor:
    """Says lines of pages; collects the events that come of them."""

    def __init__(self) -> None:
        self.converter, self.frames = Converter(ArchiveAssets({}, lambda sha256: b"")), 0
        self.seqs: Counter[int] = Counter()
        self.deflaters: dict[int, Any] = {}
        self.events: list[dict[str, Any]] = []
        self._read(FrameKind.SESSION_START, b'{"started_at_ms": %d}' % START_MS, page=0)

    def enter(self, page: int = PAGE, *, flags: int = 0) -> list[dict[str, Any]]:
        payload = {"url": "http://x/", "title": "X", "kind": "html", "viewport": VIEWPORT}
        return self._read(FrameKind.PAGE_ENTER, json.dumps(payload).encode(), page=page, flags=flags)

    def snapshot(self, body: list[Any], *, page: int = PAGE, **volatile: Any) -> list[dict[str, Any]]:
        self.deflaters[page] = zlib.compressobj(6, zlib.DEFLATED, -15)
        line = ["snapshot", 0, [9, [[1, "html", {}, [[1, "body", {}, body]]]]], volatile, VIEWPORT]
        return self._say(FrameKind.SNAPSHOT, line, page=page, flags=FrameFlag.STREAM_START)

    def say(self, *line: Any, page: int = PAGE) -> list[dict[str, Any]]:
        return self._say(FrameKind.OPERATIONS, list(line), page=page)

    def control(self, kind: int, payload: dict[str, Any], *, page: int = PAGE) -> list[dict[str, Any]]:
        return self._read(kind, json.dumps(payload).encode(), page=page)

    def _say(self, kind: int, line: list[Any], *, page: int, flags: int = 0) -> list[dict[str, Any]]:
        deflater = self.deflaters[page]
        data = deflater.compress(json.dumps(line).encode() + b"\n") + deflater.flush(zlib.Z_SYNC_FLUSH)
        return self._read(kind, data, page=page, flags=flags)

    def _read(self, kind: int, payload: bytes, *, page: int, flags: int = 0) -> list[dict[str, Any]]:
        self.frames += bool(page)
        self.seqs[page >> 16] += bool(page)
        at_ms = START_MS + self.frames
        frame = Frame(kind, flags, page, self.seqs[page >> 16], at_ms, payload)
        made = list(self.converter.read(JournalEntry(b"", at_ms, encode_frame(frame))))
        self.events += made
        return made


def opened(body: list[Any], **volatile: Any) -> Visitor:
    visitor = Visitor()
    visitor.enter()
    visitor.snapshot(body, **volatile)
    return visitor


def mutation(events: list[dict[str, Any]]) -> dict[str, Any]:
    (event,) = [event for event in events if event["data"].get("source") == 0]
    return event["data"]


def texts(node: dict[str, Any]) -> str:
    return node.get("textContent", "") + "".join(map(texts, node.get("childNodes", [])))
