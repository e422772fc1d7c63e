"""Every write of the archive. An object exists before its row, so a row never points at nothing."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from botocore.exceptions import BotoCoreError, ClientError
from django.db import InterfaceError, OperationalError, transaction

from assist.channel import live
from assist.channel.actions import add_durable, close_archive_of
from assist.channel.connection import gap_frames
from assist.channel.limits import SEGMENT_BYTES
from assist.channel.live import SessionKeys
from assist.channel.models import AssistSession, SessionState
from assist.channel.protocol import HEADER_BYTES, TAB_SHIFT, FrameKind
from assist.channel.queries import get_session
from assist.channel.valkey import sync_client
from assist.pages.actions import close_pages
from assist.pages.recovery import recover_pages
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from recordings.archive import health
from recordings.archive.journal import Seen, header_of, in_valkey
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import JournalEntry, encode_segment
from recordings.archive.signals import archive_closed

MAX_SEGMENT_BYTES = 1024 * 1024
SEGMENT_AGE_MS = 5000
# Two writers at once do no harm, so the lock need not outlive the longest write; a killed worker leaves it behind.
LOCK_MS = 10_000
TRIM_ENTRIES = 1000
# The store or the database is away. Whatever else is raised is the one session's own, and must not hold up the others.
FAULTS = (BotoCoreError, ClientError, OperationalError, InterfaceError, OSError)
UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class NotEnded(RuntimeError):
    """The session goes on, so its archive can't be closed."""


@dataclass
class Draft:
    """A segment to be: entries that are in none yet, and journal ids that can go."""

    entries: list[JournalEntry] = field(default_factory=list)
    stale: list[bytes] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def tab_ranges(self) -> dict[str, list[int]]:
        ranges: dict[str, list[int]] = {}
        for page, seq in (header_of(entry.frame) for entry in self.entries):
            if seq:
                ranges.setdefault(str(page >> TAB_SHIFT), [seq, seq])[1] = seq
        return ranges

    def is_due(self, *, now: datetime) -> bool:
        age_ms = now.timestamp() * 1000 - self.entries[0].received_at_ms if self.entries else 0
        return self.size_bytes >= SEGMENT_BYTES or age_ms >= SEGMENT_AGE_MS


def write_segment(tenant_id: UUID, session_id: UUID, *, now: datetime, whole: bool = False) -> bool:
    """Move the oldest part of the journal into a segment; true when there was enough (or `whole`) and it was written.

    Opens the tenant's scope itself. Safe to run twice at once: one of the two commits, the other leaves its hands off.
    """
    keys, token = SessionKeys(tenant_id, session_id), uuid4().hex
    lock = f"{keys.journal}:lock"
    if not sync_client().set(lock, token, nx=True, px=LOCK_MS):
        return False
    try:
        return _write_segment(keys, now=now, whole=whole)
    finally:
        sync_client().eval(UNLOCK, 1, lock, token)


def _write_segment(keys: SessionKeys, *, now: datetime, whole: bool) -> bool:
    with tenant_scope(keys.tenant_id):
        number, last_id = _last_segment(keys.session_id)
        durable = get_session(keys.session_id).durable_seqs
    draft = _draft(in_valkey(keys), durable=durable, last_id=last_id)
    is_due = bool(draft.entries) and (whole or draft.is_due(now=now))
    # Asked only for what is due: of the few attempts during a fault none goes to a session that has nothing to write.
    if is_written := is_due and health.may_try():
        _commit_or_say(keys, draft, number=number + 1)
        draft.stale += [entry.journal_id for entry in draft.entries]
    for start in range(0, len(draft.stale), TRIM_ENTRIES):
        live.TRIM.run([keys.state, keys.journal], list(draft.stale[start : start + TRIM_ENTRIES]))
    return is_written


def _last_segment(session_id: UUID) -> tuple[int, bytes]:
    last = ArchiveSegment.objects.filter(session_id=session_id).order_by("-number").first()
    return (last.number, last.last_journal_id.encode()) if last else (0, b"0-0")


def _draft(journal: Iterator[JournalEntry], *, durable: dict[str, int], last_id: bytes) -> Draft:
    draft = Draft()
    seen = Seen({int(tab): seq for tab, seq in durable.items()})
    for entry in journal:
        is_record = header_of(entry.frame)[1] == 0
        is_new = _id(entry.journal_id) > _id(last_id) if is_record else seen.is_new(entry.frame)
        if not is_new:
            draft.stale.append(entry.journal_id)
            continue
        draft.entries.append(entry)
        draft.size_bytes += len(entry.frame)
        if draft.size_bytes >= MAX_SEGMENT_BYTES:
            break
    return draft


def _id(journal_id: bytes) -> tuple[int, int]:
    ms, _, number = journal_id.partition(b"-")
    return int(ms), int(number)


def _commit_or_say(keys: SessionKeys, draft: Draft, *, number: int) -> None:
    """What can't be written stays in the journal, and the sweep comes again."""
    try:
        _commit(keys, draft, number=number)
    except FAULTS:
        health.note_fault()
        raise
    health.note_success()


def _commit(keys: SessionKeys, draft: Draft, *, number: int) -> None:
    data = encode_segment(draft.entries)
    sha256 = hashlib.sha256(data).hexdigest()
    key = object_key(keys.tenant_id, "sessions", keys.session_id, "segments", f"{number:06d}-{sha256[:16]}")
    store.put_or_give_up(key, data)
    ranges = draft.tab_ranges
    visitors = [entry for entry in draft.entries if header_of(entry.frame)[1]]
    with tenant_scope(keys.tenant_id):
        # The lock of the session's row comes first: of two writers the second finds the number taken.
        add_durable(
            keys.session_id,
            seqs={tab: last for tab, (_first, last) in ranges.items()},
            frames=len(visitors),
            frame_bytes=sum(len(entry.frame) for entry in visitors),
            missing=sum(_missing(entry.frame) for entry in visitors),
        )
        ArchiveSegment.objects.create(
            session_id=keys.session_id,
            number=number,
            object_key=key,
            sha256=sha256,
            size_bytes=len(data),
            frame_count=len(draft.entries),
            tab_ranges=ranges,
            last_journal_id=draft.entries[-1].journal_id.decode(),
        )
        recover_pages(keys.session_id, frames=((entry.received_at_ms, entry.frame) for entry in visitors))


def _missing(frame: bytes) -> int:
    """How many frames a GAP stands for; the channel has checked its payload."""
    return gap_frames(json.loads(frame[HEADER_BYTES:])) if frame[0] == FrameKind.GAP else 0


def close_archive(tenant_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """Move all that is left into segments and hand the archive over, once; raises `NotEnded`.

    Opens the tenant's scope itself; safe to run again after a crash at any point.
    """
    with tenant_scope(tenant_id):
        row = get_session(session_id)
    _require_end(row)
    if row.archive_closed_at or row.started_at is None:
        return
    assert row.ended_at
    live.seal(tenant_id, session_id, reason=row.end_reason, at_ms=row.ended_at.timestamp() * 1000)
    while write_segment(tenant_id, session_id, now=now, whole=True):
        pass
    if next(in_valkey(SessionKeys(tenant_id, session_id)), None):
        return  # another worker holds the lock, or nothing can be written; the sweep comes again
    with tenant_scope(tenant_id):
        close_pages(session_id, at=row.ended_at)
        if close_archive_of(session_id, at=now):
            send = partial(archive_closed.send, AssistSession, tenant_id=tenant_id, session_id=session_id)
            transaction.on_commit(send)
    live.forget(tenant_id, session_id)


def _require_end(row: AssistSession) -> None:
    if row.state != SessionState.ENDED:
        raise NotEnded(row.id)
