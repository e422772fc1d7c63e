"""Every frame of a session, once and in order: from committed segments, then from what is still in Valkey."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assist.channel.live import SessionKeys
from assist.channel.models import AssistSession
from assist.channel.protocol import HEADER, TAB_SHIFT, FrameKind
from assist.channel.valkey import sync_client
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import CorruptSegment, JournalEntry, decode_segment

READ_ENTRIES = 256


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
    """Needs the tenant's scope until the first entry only; raises `CorruptSegment`, `store.NoSuchObject`.

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
    seen = Seen()
    for at, segment in enumerate(segments):
        if at and is_enough and is_enough(segments[at - 1], segments[at:]):
            return
        yield from (entry for entry in fetch(segment) if seen.is_new(entry.frame))
    for entry in waiting:
        is_record = header_of(entry.frame)[1] == 0
        if (_order(entry.journal_id) > last_id) if is_record else seen.is_new(entry.frame):
            yield entry


def fetch(segment: ArchiveSegment) -> Iterator[JournalEntry]:
    """The entries of one segment, after its SHA-256 was verified."""
    data = store.get(segment.object_key)
    if hashlib.sha256(data).hexdigest() != segment.sha256:
        raise CorruptSegment(f"segment {segment.number} does not have its SHA-256")
    return decode_segment(data)


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
