"""The outline of an archive: where pages begin, what is marked, and the log in parts."""

import gzip
import json
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.archive.segments import JournalEntry, encode_segment
from recordings.video import extras, log_rows
from recordings.video.models import Recording
from recordings.video.outline import ROWS_A_CHUNK, read_outline
from tests import factories

START_MS = 1_700_000_000_000
PAGE, SECOND = 65537, 65538
SNAPSHOT = ["snapshot", 0, [9, [[1, "html", {}, []]]], {}, {"width": 800, "height": 600, "dpr": 1}, 0]


def entry(kind: int, at_ms: int, *, seq: int, page: int = PAGE, flags: int = 0, payload: Any = b"{}") -> JournalEntry:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return JournalEntry(b"", START_MS + at_ms, encode_frame(Frame(kind, flags, page, seq, START_MS + at_ms, data)))


def stream(*lines: list[Any]) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    return deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH)


def enter(at_ms: int, *, seq: int, page: int = PAGE, title: str = "Orders") -> JournalEntry:
    payload = {"url": f"https://shop.example/{title}", "title": title, "kind": "html"}
    return entry(FrameKind.PAGE_ENTER, at_ms, seq=seq, page=page, payload=payload)


def snapshot(at_ms: int, *lines: list[Any], seq: int, page: int = PAGE) -> JournalEntry:
    return entry(
        FrameKind.SNAPSHOT,
        at_ms,
        seq=seq,
        page=page,
        flags=FrameFlag.STREAM_START,
        payload=stream(SNAPSHOT, *lines),
    )


def outlined(*segments: list[JournalEntry], seconds: int = 60, **options: Any) -> tuple[dict[str, Any], list[Any]]:
    """The index, and all rows of the log."""
    started_at, ended_at = (datetime.fromtimestamp(START_MS / 1000 + s, UTC) for s in (0, seconds))
    outline = read_outline(segments, started_at=started_at, ended_at=ended_at, **options)
    index = json.loads(gzip.decompress(outline.index))
    parts = [outline.log[start : start + size] for _at, start, size in index["log"]["chunks"]]
    return index, [row for part in parts for row in json.loads(gzip.decompress(part))]


def test_outline_says_where_pages_begin_and_which_is_in_front() -> None:
    again = enter(100, seq=1)
    index, _rows = outlined(
        [again, snapshot(200, seq=2)],
        [again, entry(FrameKind.OPERATIONS, 5000, seq=3, payload=b"")],
        [enter(9000, seq=4, page=SECOND, title="Basket"), snapshot(9100, seq=5, page=SECOND)],
        [],
    )
    assert index["streams"] == [[PAGE, 0, 1], [SECOND, 2, 1]]
    assert [head[:3] for head in index["heads"]] == [[0, 0, PAGE], [2, 0, SECOND]]
    assert [front[:3] for front in index["fronts"]] == [[100, PAGE, 0], [9000, SECOND, 2]]
    assert [(low, high, pages) for low, high, _size, pages in index["segments"]] == [
        (100, 200, [PAGE]),
        (5000, 5000, [PAGE]),
        (9000, 9100, [SECOND]),
        (9100, 9100, []),
    ]
    assert [chapter["title"] for chapter in index["chapters"]] == ["Orders", "Basket"]


def test_log_has_a_row_for_each_deed_and_marks_for_those_that_matter() -> None:
    lines = [
        ["click", 1000, "mousedown", 1, 10, 20],
        ["click", 1000, "click", 1, 10.4, 20],
        ["click", 1000, "focus", 1, 0, 0],
        ["input", 2000, 1, "••", 0],
        ["input", 2500, 1, "•••", 0],
        ["scroll", 2600, 1, 0, 300],
        ["checkpoint", 2700, "0123456789abcdef"],
        ["scroll", 2800, 1, 0, 300],
        ["script_error", 2900, "what nobody may read"],
    ]
    frames = [
        enter(100, seq=1),
        snapshot(200, seq=2),
        entry(
            FrameKind.OPERATIONS, 3000, seq=3, flags=FrameFlag.STREAM_START, payload=stream(["pointer", 0, []], *lines)
        ),
        enter(60_700, seq=4, title="Late"),
    ]
    index, rows = outlined(frames, deeds=[(0, "accepted", "Ada"), (999_000, "agent_ended", "Ada")])
    at = START_MS
    assert index["started_ms"] == at
    names = [(name, text) for _at, _page, name, text in rows]
    assert names == [
        ("accepted", "Ada"),
        ("page_enter", "Orders · https://shop.example/Orders"),
        ("snapshot", ""),
        ("pointer", ""),
        ("click", "mousedown 10, 20"),
        ("click", "click 10, 20"),
        ("input", "••"),
        ("input", "•••"),
        ("scroll", "0, 300"),
        ("script_error", ""),
        ("page_enter", "Late · https://shop.example/Late"),
        ("agent_ended", "Ada"),
    ]
    assert rows[-2][0] == index["duration_ms"]
    assert [mark[1] for mark in index["marks"]] == ["agent", "page", "click", "input", "error", "page", "agent"]
    assert index["marks"][-1] == [60_000, "agent", "Ada", "agent_ended"]
    assert index["idle"] == [[3000, 60_000]]


def test_what_is_missing_or_unreadable_is_marked() -> None:
    index, rows = outlined(
        [enter(100, seq=1), snapshot(200, seq=2), entry(FrameKind.OPERATIONS, 900, seq=3, payload=b"\x99no stream")],
        [entry(FrameKind.PAUSE, 9000, seq=10), entry(FrameKind.RESUME, 12_000, seq=11)],
        [],
    )
    assert [mark[1] for mark in index["marks"]] == ["page", "error", "error", "pause", "error"]
    assert [row[2] for row in rows if row[2] in ("fault", "gap", "paused")] == ["fault", "gap", "paused", "gap"]
    holes = [["gap", 900, 9000], ["paused", 9000, 12_000], ["gap", 12_000, 60_000]]
    assert index["holes"] == holes


def test_long_log_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [["scroll", number, 1, 0, number] for number in range(3 * ROWS_A_CHUNK)]
    frames = [enter(0, seq=1), snapshot(10_000, *lines, seq=2)]
    index, rows = outlined(frames)
    assert (index["log"]["count"], len(index["log"]["chunks"])) == (len(rows), 4)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert index["log"]["is_cut"] is False
    monkeypatch.setattr(log_rows, "MOST_ROWS", 100)
    index, rows = outlined(frames)
    assert (len(rows), index["log"]["is_cut"]) == (100, True)
    assert outlined(frames, seconds_to_read=-1)[0]["log"]["is_cut"] is True


def test_outline_is_made_once_of_what_can_be_read(desk_session: Any) -> None:
    recording, broken_key = desk_session
    store.delete(broken_key)
    extras.extras_task(str(recording.tenant_id), str(recording.id))
    with tenant_scope(recording.tenant_id):
        made = Recording.objects.get(id=recording.id)
    index = json.loads(gzip.decompress(store.get(made.outline_key)))
    assert [segment[3] for segment in index["segments"]] == [[PAGE], []]
    assert index["log"]["count"] > 0
    extras.extras_task(str(recording.tenant_id), str(recording.id))
    with tenant_scope(recording.tenant_id):
        assert Recording.objects.get(id=recording.id).outline_key == made.outline_key


@pytest.fixture
def desk_session(tenant: Any) -> tuple[Recording, str]:
    """A recording with two archive segments, and the key of the second."""
    started = datetime.fromtimestamp(START_MS / 1000, UTC)
    with tenant_scope(tenant.id):
        session = factories.assist_session(
            state="ended", started_at=started, ended_at=timezone.now(), archive_closed_at=timezone.now()
        )
        keys = [
            _segment(session.id, 1, [enter(100, seq=1), snapshot(200, seq=2)]),
            _segment(session.id, 2, [entry(FrameKind.OPERATIONS, 300, seq=3, payload=b"")]),
        ]
        return factories.recording(session=session), keys[1]


def _segment(session_id: UUID, number: int, entries: list[JournalEntry]) -> str:
    data = encode_segment(entries)
    segment = factories.archive_segment(session_id=session_id, number=number, sha256=sha256(data).hexdigest())
    store.put(segment.object_key, data)
    return str(segment.object_key)
