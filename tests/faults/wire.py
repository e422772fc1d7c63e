"""What a visitor's browser sent on its channel, what it was told is stored, and what the archive has of it."""

import json
from collections import Counter
from typing import Any

from assist.channel.heads import Heads
from assist.channel.protocol import HEADER, FrameKind, decode_frame
from tests.loader.conftest import Desk, Visitor


def header_of(data: bytes) -> tuple[int, int]:
    """Page and seq."""
    _kind, _flags, _reserved, page, seq, _time = HEADER.unpack_from(data)
    return page, seq


class Wire:
    """Frames by seq as they went out; `acknowledged` is the highest `stored` that was heard."""

    def __init__(self, visitor: Visitor) -> None:
        self.sent: dict[int, bytes] = {}
        self.texts: list[dict[str, Any]] = []
        self.times_sent: Counter[int] = Counter()
        self.said: list[dict[str, Any]] = []
        visitor.page.on("websocket", self._watch)

    @property
    def acknowledged(self) -> int:
        return max((text["stored"] for text in self.texts if "stored" in text), default=0)

    def errors(self) -> list[str]:
        return [text["code"] for text in self.texts if text["type"] == "error"]

    def heard(self, kind: str) -> int:
        return sum(text["type"] == kind for text in self.texts)

    def kinds(self) -> list[int]:
        """Of the frames that were sent, in order of seq."""
        return [self.sent[seq][0] for seq in sorted(self.sent)]

    def _watch(self, socket: Any) -> None:
        if "/ws/assist/visitor/" in socket.url:
            heads = Heads()
            socket.on("framesent", lambda data: self._on_sent(data, heads))
            socket.on("framereceived", self._on_received)

    def _on_sent(self, data: str | bytes, heads: Heads) -> None:
        if isinstance(data, str):
            self.said.append(json.loads(data))
            return
        data = heads.whole(data)
        _page, seq = header_of(data)  # even of a frame that the server will refuse
        self.times_sent[seq] += 1
        self.sent[seq] = data

    def _on_received(self, data: str | bytes) -> None:
        if isinstance(data, str):
            self.texts.append(json.loads(data))


async def archived(desk: Desk, session_id: Any) -> dict[int, bytes]:
    """The visitor's frames by seq, which are in order and there once; the session has ended."""
    frames = [data for data in await desk.within(_read, session_id) if header_of(data)[1]]
    seqs = [header_of(data)[1] for data in frames]
    assert seqs == sorted(set(seqs))
    return dict(zip(seqs, frames, strict=True))


def _read(session_id: Any) -> list[bytes]:
    from assist.channel.models import AssistSession
    from recordings.archive import journal

    return [entry.frame for entry in journal.read(AssistSession.objects.get(id=session_id))]


def gaps(frames: dict[int, bytes]) -> list[dict[str, Any]]:
    """What the visitor gave up, as it named it."""
    return [json.loads(decode_frame(data).payload) for data in frames.values() if data[0] == FrameKind.GAP]
