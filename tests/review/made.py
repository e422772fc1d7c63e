"""A session as the archive keeps it, written frame by frame, and its video."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from recordings.archive.actions import Draft
from recordings.archive.segments import JournalEntry, encode_segment
from recordings.video import extras
from recordings.video.encoder import SegmentEncoder, join_segments
from recordings.video.models import Recording, RecordingState
from tests import factories
from tests.desks import Desk
from tests.video.pictures import as_frame

STARTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
START_MS = STARTED.timestamp() * 1000
VIEWPORT = {"width": 800, "height": 500, "dpr": 1, "screen_width": 800, "screen_height": 500, "zoom": 1}
TAB = 1 << 16
# Ids of a page's nodes, as both sides number them: 4 is the body, 5 the heading, 6 its text, 7 the paragraph …
TEXT, FIELD, BUTTON = 8, 9, 10
STYLE = "position:absolute;left:20px;width:200px;height:40px;margin:0;"


class Writer:
    """Writes one tab's frames; times in ms since the session's start."""

    def __init__(self) -> None:
        self.entries: list[JournalEntry] = []
        self._seq = 0
        self._streams: dict[int, Any] = {}
        self._began: dict[int, int] = {}
        self._put(FrameKind.TAB_HELLO, 0, page=0, payload=json.dumps({"tab": 1, "offset_ms": 0}).encode(), seq=0)

    def open(self, at_ms: int, number: int, title: str) -> None:
        """A page of its own color, with a heading, a text, a field and a button, told in a stream of its own."""
        url = f"https://shop.example/{title.lower()}"
        entered = {"url": url, "title": title, "kind": "html", "viewport": VIEWPORT}
        self._put(FrameKind.PAGE_ENTER, at_ms, page=TAB + number, payload=json.dumps(entered).encode())
        self.snapshot(at_ms, number, title)

    def snapshot(self, at_ms: int, number: int, title: str, *, text: str = "at first") -> None:
        """The page whole, as when it is asked for anew."""
        page = TAB + number
        self._streams[page], self._began[page] = zlib.compressobj(wbits=-zlib.MAX_WBITS), at_ms
        field = ["input", {"style": f"{STYLE}top:200px", "value": ""}, []]
        nodes = [
            [1, "h1", {"style": f"{STYLE}top:20px"}, [title]],
            [1, "p", {"style": f"{STYLE}top:100px"}, [text]],
            [1, *field],
            [1, "button", {"style": f"{STYLE}top:300px"}, ["Buy"]],
        ]
        body = [1, "body", {"style": f"margin:0;background:hsl({97 * number} 60% 92%)"}, nodes]
        root = [9, [[1, "html", {}, [[1, "head", {}, []], body]]]]
        self._say(FrameKind.SNAPSHOT, at_ms, page, ["snapshot", 0, root, {}, VIEWPORT, 0], flags=FrameFlag.STREAM_START)

    def say(self, at_ms: int, number: int, name: str, *data: Any) -> None:
        page = TAB + number
        flags = FrameFlag.FRONT if name in ("click", "input") else 0
        self._say(FrameKind.OPERATIONS, at_ms, page, [name, at_ms - self._began[page], *data], flags=flags)

    def write(self, at_ms: int, number: int, text: str) -> None:
        """The page's text changes."""
        self.say(at_ms, number, "mutation", {"t": [[TEXT, text]]})

    def control(self, at_ms: int, kind: FrameKind, *, number: int = 0) -> None:
        self._put(kind, at_ms, page=TAB + number, payload=b"{}")

    def _say(self, kind: int, at_ms: int, page: int, line: list[Any], *, flags: int) -> None:
        stream = self._streams[page]
        text = (json.dumps(line) + "\n").encode()
        self._put(kind, at_ms, page=page, payload=stream.compress(text) + stream.flush(zlib.Z_SYNC_FLUSH), flags=flags)

    def _put(self, kind: int, at_ms: int, *, page: int, payload: bytes, flags: int = 0, seq: int | None = None) -> None:
        self._seq += seq is None
        time_ms = START_MS + at_ms
        frame = Frame(kind, flags, page, self._seq if seq is None else seq, time_ms, payload)
        self.entries.append(JournalEntry(b"", round(time_ms), encode_frame(frame)))


def archive(desk: Desk, writer: Writer, *, seconds: float, segment_every: int, **values: Any) -> Recording:
    """The recording of an ended session of the desk's agent with this archive."""
    with tenant_scope(desk.tenant.id):
        session = factories.assist_session(
            agent=desk.agent,
            state="ended",
            started_at=STARTED,
            ended_at=STARTED + timedelta(seconds=seconds),
            archive_closed_at=STARTED + timedelta(seconds=seconds),
        )
        for number, start in enumerate(range(0, len(writer.entries), segment_every)):
            _segment(session.id, number, writer.entries[start : start + segment_every])
        return factories.recording(session=session, **values)


def _segment(session_id: UUID, number: int, entries: list[JournalEntry]) -> None:
    data = encode_segment(entries)
    segment = factories.archive_segment(
        session_id=session_id,
        number=number,
        sha256=sha256(data).hexdigest(),
        size_bytes=len(data),
        tab_ranges=Draft(entries).tab_ranges,
        last_journal_id=f"{entries[-1].received_at_ms}-0",
    )
    store.put(segment.object_key, data)


def film(path: Path, *, seconds: float) -> Path:
    """A video whose grey says what second it is: 4 for each."""
    with SegmentEncoder(path, width=320, height=200) as encoder:
        for second in range(ceil(seconds)):
            picture = np.full((200, 320, 3), min(255, 4 * second), np.uint8)
            picture[80:120, :40] = (200, 30, 30)
            encoder.add(as_frame(picture), at_ms=1000 * second)
        encoder.finish(duration_ms=round(1000 * seconds))
    joined = path.with_name("joined.mp4")
    join_segments(joined, segments=[(path, 0)], duration_ms=round(1000 * seconds), chapters=[])
    return joined


def ready(recording: Recording, video: Path, *, seconds: float, chapters: list[dict[str, Any]]) -> Recording:
    """As the join leaves it."""
    key = object_key(recording.tenant_id, "recordings", recording.id, "video.mp4")
    store.put_file(key, str(video), content_type="video/mp4")
    with tenant_scope(recording.tenant_id):
        Recording.objects.filter(id=recording.id).update(
            state=RecordingState.READY, object_key=key, duration_ms=round(1000 * seconds), chapters=chapters
        )
        recording = Recording.objects.select_related("session").get(id=recording.id)
    extras.add_filmstrip(recording, video)
    return recording
