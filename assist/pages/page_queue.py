"""Reading a page's queue from Valkey, with the watermarks of the very moment."""

from dataclasses import dataclass
from typing import Any

from assist.channel.live import SessionKeys
from assist.channel.protocol import HEADER_BYTES, LENGTH_BYTES, MAX_FRAME_BYTES, SHELF_COUNTER, encode_bundle
from assist.channel.valkey import Script

READ = Script("read_queue")
START = b"-"
# Valkey does nothing else while it reads: 1000 frames take it about a millisecond.
PART_FRAMES, PART_BYTES = 1000, MAX_FRAME_BYTES - HEADER_BYTES


@dataclass(frozen=True, slots=True)
class QueuePart:
    """`first` and `last_read` are stream ids; `length` counts the whole queue; `marks` is `{tab: stored seq}`.

    `frames` are `count` frames, each behind its length; `is_last` when nothing was behind them.
    """

    page: int
    current: int
    marks: dict[int, int]
    first: bytes
    length: int
    last_read: bytes
    is_last: bool
    count: int
    has_snapshot: bool
    frames: bytes

    @property
    def message(self) -> bytes:
        """What goes over the wire: a bundle, or the only frame as it is."""
        return self.frames[LENGTH_BYTES:] if self.count == 1 else encode_bundle(self.page, self.frames)


async def read_queue(keys: SessionKeys, page: int, *, after: bytes = START, most: int = PART_FRAMES) -> QueuePart:
    """At most `most` frames behind the id `after`, as many as one message takes."""
    return (await _read(keys, page, after=after, most=most, with_shelf=False))[0]


async def read_with_shelf(keys: SessionKeys, page: int) -> tuple[QueuePart, QueuePart | None]:
    """How the queue begins, and that of its tab's shelf unless one of them is empty; page 0 is the current one."""
    part, *shelf = await _read(keys, page, after=START, most=PART_FRAMES, with_shelf=True)
    return part, shelf[0] if shelf else None


async def _read(keys: SessionKeys, page: int, *, after: bytes, most: int, with_shelf: bool) -> list[QueuePart]:
    values = [page, after, min(most, PART_FRAMES), PART_BYTES, int(with_shelf)]
    page, current, marks, *parts = await READ.arun([keys.state, keys.queue_prefix], values)
    seqs = {int(tab): int(seq) for tab, seq in zip(marks[::2], marks[1::2], strict=True)}
    return [
        _part(number, current, seqs, part) for number, part in zip((page, page | SHELF_COUNTER), parts, strict=False)
    ]


def _part(page: int, current: int, marks: dict[int, int], part: list[Any]) -> QueuePart:
    first, length, last_read, is_last, count, has_snapshot, frames = part
    return QueuePart(page, current, marks, first, length, last_read, bool(is_last), count, bool(has_snapshot), frames)
