"""The form of a segment object: for each entry `!IQ` (length of the frame, time of arrival in ms) and the frame."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

ENTRY = struct.Struct("!IQ")


class CorruptSegment(ValueError):
    """The object is not what its row says."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A frame with the time of its arrival, ms since 1970 by Valkey's clock; `journal_id` is b"" in a segment."""

    journal_id: bytes
    received_at_ms: int
    frame: bytes


def encode_segment(entries: Iterable[JournalEntry]) -> bytes:
    return b"".join(ENTRY.pack(len(entry.frame), entry.received_at_ms) + entry.frame for entry in entries)


def decode_segment(data: bytes) -> Iterator[JournalEntry]:
    """Raise `CorruptSegment` where the bytes end too early."""
    at = 0
    while at < len(data):
        if at + ENTRY.size > len(data):
            raise CorruptSegment("cut off in a header")
        length, received_at_ms = ENTRY.unpack_from(data, at)
        at += ENTRY.size
        if at + length > len(data):
            raise CorruptSegment("cut off in a frame")
        yield JournalEntry(b"", received_at_ms, data[at : at + length])
        at += length
