"""Eight hours are rendered in bounded memory: a page a minute, a change a second."""

import json
import random
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from assist.channel.models import SessionState
from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from recordings.archive.segments import JournalEntry, encode_segment
from recordings.video import actions, cdp, tasks
from recordings.video.models import VideoSegment
from tests import factories
from tests.capture.hostile import VIEWPORT
from tests.video.test_hostile_archive import document, element

pytestmark = pytest.mark.long
HOURS, PAGE_SECONDS, ARCHIVE_SECONDS = 8, 60, 5
MOST_BYTES = 1_500_000_000
STARTED = datetime(2026, 1, 1, tzinfo=UTC)
EPOCH_MS = STARTED.timestamp() * 1000
WORDS = "customer order invoice address delivery status payment refund ticket search".split()  # noqa: SIM905


def said(deflate: Any, operation: list[Any]) -> bytes:
    return bytes(deflate.compress(json.dumps(operation).encode() + b"\n") + deflate.flush(zlib.Z_SYNC_FLUSH))


def frames() -> Iterator[tuple[int, bytes]]:
    """(second, frame); about 200 KB of text a page."""
    dice, seqs = random.Random(1), iter(range(1, 10**9))

    def frame(kind: FrameKind, second: int, page: int, payload: bytes, flags: int = 0) -> tuple[int, bytes]:
        return second, encode_frame(Frame(kind, flags, page, next(seqs), EPOCH_MS + 1000 * second, payload))

    yield 0, encode_frame(Frame(FrameKind.TAB_HELLO, 0, 0, 0, EPOCH_MS, b'{"tab": 1, "offset_ms": 0}'))
    for number in range(HOURS * 3600 // PAGE_SECONDS):
        page, start, deflate = 1 << 16 | number + 1, number * PAGE_SECONDS, zlib.compressobj(wbits=-15)
        entered = {
            "url": f"http://site.example/{number}",
            "title": f"Page {number}",
            "kind": "html",
            "viewport": VIEWPORT,
        }
        yield frame(FrameKind.PAGE_ENTER, start, page, json.dumps(entered).encode())

        rows = [element("p", {}, [" ".join(dice.choices(WORDS, k=12))]) for _ in range(2000)]
        snapshot = said(deflate, ["snapshot", 0, document(*rows), {}, VIEWPORT])
        yield frame(FrameKind.SNAPSHOT, start, page, snapshot, FrameFlag.STREAM_START)
        for second in range(1, PAGE_SECONDS):
            change = {"t": [[8 + 2 * dice.randrange(20), f"{second} {dice.choice(WORDS)}"]]}
            yield frame(FrameKind.OPERATIONS, start + second, page, said(deflate, ["mutation", 1000 * second, change]))


def archived(tenant: Tenant) -> Any:
    ended = STARTED + timedelta(hours=HOURS)
    with tenant_scope(tenant.id):
        times = {"started_at": STARTED, "ended_at": ended, "archive_closed_at": ended}
        session = factories.assist_session(state=SessionState.ENDED, **times)
        parts: dict[int, list[JournalEntry]] = {}
        for second, data in frames():
            entry = JournalEntry(b"", int(EPOCH_MS + 1000 * second) + 5, data)
            parts.setdefault(second // ARCHIVE_SECONDS, []).append(entry)
        for number, entries in enumerate(parts.values(), start=1):
            body = encode_segment(entries)
            key = object_key(tenant.id, "sessions", session.id, "segments", number)
            store.put(key, body)
            facts = {"sha256": sha256(body).hexdigest(), "size_bytes": len(body), "frame_count": len(entries)}
            factories.archive_segment(session_id=session.id, number=number, object_key=key, **facts)
        return actions.create_recording(session.id)


@pytest.fixture
def peaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Most private memory of this process beyond what it had, and of its browser."""
    seen, real, stop = {"worker": 0, "browser": 0}, cdp.group_memory_bytes, threading.Event()
    before = cdp._private_bytes(Path("/proc/self"))

    def look(group: int) -> int:
        found = real(group)
        seen["browser"] = max(seen["browser"], found)
        return found

    def watch() -> None:
        while not stop.wait(0.05):
            seen["worker"] = max(seen["worker"], cdp._private_bytes(Path("/proc/self")) - before)

    monkeypatch.setattr(cdp, "MEMORY_CHECK_SECONDS", 0.1)
    monkeypatch.setattr(cdp, "group_memory_bytes", look)
    thread = threading.Thread(target=watch)
    thread.start()
    yield seen
    stop.set()
    thread.join()


def test_eight_hours_take_bounded_memory(
    tenant: Tenant, peaks: dict[str, int], record_property: Callable[[str, object], None]
) -> None:
    recording = archived(tenant)
    peaks["worker"] = 0
    tasks.prepare_task(str(tenant.id), str(recording.id))
    with tenant_scope(tenant.id):
        segments = list(VideoSegment.objects.filter(recording=recording).order_by("number"))
    for segment in (segments[0], segments[len(segments) // 2], segments[-1]):
        tasks.render_segment_task(str(tenant.id), str(segment.id))
        with tenant_scope(tenant.id):
            segment.refresh_from_db()
        assert segment.done_at, segment.attempts
        needed = sum(last - first + 1 for first, last in segment.window["runs"])
        assert needed < 60
    for name, size in peaks.items():
        record_property(f"{name} MB", size // 1_000_000)
    record_property("segments", len(segments))
    assert sum(peaks.values()) < MOST_BYTES
