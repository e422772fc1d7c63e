"""Every frame of a session, once and in order: from committed segments, then from what is still in Valkey.

In the place of a segment that is gone or damaged a record says so, for each tab that it had frames of: a GAP without
seq (docs/protocol.md). A store that is away is another matter: what it raises goes on to the caller.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assist.channel.live import SessionKeys
from assist.channel.models import AssistSession
from assist.channel.protocol import HEADER, TAB_SHIFT, Frame, FrameKind, encode_frame
from assist.channel.valkey import sync_client
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import CorruptSegment, JournalEntry, decode_segment

logger = logging.getLogger(__name__)

READ_ENTRIES = 256
# Why frames are not there, of gaps that no visitor has named: the object of their segment is not there, or is another
# than was written; or nobody knows.
GONE, DAMAGED, LOST = "segment_gone", "segment_damaged", "lost"
UNNAMED = (GONE, DAMAGED, LOST)


@dataclass
class Missing:
    """Frames [from_seq, to_seq] of a tab are not there; `reason` is the visitor's, or `lost`."""

    tab: int
    from_seq: int
    to_seq: int
    reason: str


@dataclass
class Seen:
    """Watermarks of frames that were handed out; what comes again is left out."""

    seqs: dict[int, int] = field(default_factory=dict)

    def is_new(self, frame: bytes) -> bool:
        """Records of the server have seq 0 and are never compared."""
        page, seq = header_of(frame)
        tab = page >> TAB_SHIFT
        if seq and seq <= self.seqs.get(tab, 0):
            return False
        if seq:
            self.seqs[tab] = seq
        return True


def header_of(frame: bytes) -> tuple[int, int]:
    """Page and seq."""
    _kind, _flags, _reserved, page, seq, _time = HEADER.unpack_from(frame)
    return page, seq


# Given the rows of a segment that was read and of all that follow it: whether what follows is not asked for.
IsEnough = Callable[[ArchiveSegment, Sequence[ArchiveSegment]], bool]


def read(session: AssistSession, *, is_enough: IsEnough | None = None) -> Iterator[JournalEntry]:
    """Needs the tenant's scope until the first entry only.

    The journal is read first: what leaves it meanwhile is in a segment that the second step finds.
    """
    waiting = list(in_valkey(SessionKeys(current_tenant_id(), session.id)))
    segments = list(ArchiveSegment.objects.filter(session=session).order_by("number"))
    last_id = segments[-1].last_journal_id if segments else "0-0"
    return _read(segments, waiting, _order(last_id.encode()), is_enough)


def _read(
    segments: list[ArchiveSegment],
    waiting: list[JournalEntry],
    last_id: tuple[int, int],
    is_enough: IsEnough | None,
) -> Iterator[JournalEntry]:
    seen, since_ms = Seen(), None
    for at, segment in enumerate(segments):
        if at and is_enough and is_enough(segments[at - 1], segments[at:]):
            return
        yield from (entry for entry in entries_of(segment, since_ms=since_ms) if seen.is_new(entry.frame))
        since_ms = arrived_ms(segment)
    for entry in waiting:
        is_record = header_of(entry.frame)[1] == 0
        if (_order(entry.journal_id) > last_id) if is_record else seen.is_new(entry.frame):
            yield entry


def fetch(segment: ArchiveSegment) -> Iterator[JournalEntry]:
    """The entries of one segment; raises as `stored`."""
    return decode_segment(stored(segment))


def stored(segment: ArchiveSegment) -> bytes:
    """After its SHA-256 was verified. Raise `CorruptSegment`, `store.NoSuchObject`, and what the store raises."""
    data = store.get(segment.object_key)
    if hashlib.sha256(data).hexdigest() != segment.sha256:
        raise CorruptSegment(f"segment {segment.number} does not have its SHA-256")
    return data


def entries_of(segment: ArchiveSegment, *, since_ms: int | None) -> list[JournalEntry]:
    """Of one segment, or what stands in its place; `since_ms` is when the last entry before it came."""
    try:
        return list(fetch(segment))
    except (CorruptSegment, store.NoSuchObject) as failure:
        return gaps_of(segment, failure, since_ms=since_ms)


def gaps_of(segment: ArchiveSegment, failure: Exception, *, since_ms: int | None) -> list[JournalEntry]:
    """A record for each tab that the segment had frames of, one of no tab where it had only records."""
    logger.warning("segment %s of session %s can't be read: %s", segment.number, segment.session_id, failure)
    begins_ms = arrived_ms(segment) if since_ms is None else since_ms
    said = {
        "reason": GONE if isinstance(failure, store.NoSuchObject) else DAMAGED,
        "segment": segment.number,
        "lasts_ms": max(0, arrived_ms(segment) - begins_ms),
    }
    ranges = segment.tab_ranges or {0: [0, 0]}
    gaps = ({"from_seq": first, "to_seq": last, **said} for first, last in ranges.values())
    return [_gap(int(tab), gap, at_ms=begins_ms) for tab, gap in zip(ranges, gaps, strict=True)]


def _gap(tab: int, said: dict[str, object], *, at_ms: int) -> JournalEntry:
    frame = Frame(FrameKind.GAP, 0, tab << TAB_SHIFT, 0, at_ms, json.dumps(said).encode())
    return JournalEntry(b"", at_ms, encode_frame(frame))


def arrived_ms(segment: ArchiveSegment) -> int:
    """When its last entry came, ms since 1970."""
    return _order(segment.last_journal_id.encode())[0]


def in_valkey(keys: SessionKeys) -> Iterator[JournalEntry]:
    """The journal as it is, with what may be in a segment already."""
    after = b"-"
    while entries := sync_client().xrange(keys.journal, min=after, count=READ_ENTRIES):
        for entry_id, fields in entries:
            yield JournalEntry(entry_id, _order(entry_id)[0], fields[b"f"])
        after = b"(" + entries[-1][0]


def _order(journal_id: bytes) -> tuple[int, int]:
    ms, _, number = journal_id.partition(b"-")
    return int(ms), int(number or 0)


def missing_ranges(entries: Iterable[JournalEntry]) -> list[Missing]:
    """By tab: named by the visitor (GAP), or `lost` when nobody did. Empty for a whole archive."""
    expected: dict[int, int] = {}
    missing: list[Missing] = []
    for entry in entries:
        page, seq = header_of(entry.frame)
        tab = page >> TAB_SHIFT
        if seq and seq > expected.get(tab, 1):
            reason = "given_up" if entry.frame[0] == FrameKind.GAP else "lost"
            missing.append(Missing(tab, expected.get(tab, 1), seq - 1, reason))
        if seq:
            expected[tab] = seq + 1
    return missing
