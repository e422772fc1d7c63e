"""Reading a page's queue from Valkey, with the watermarks of the very moment."""

from dataclasses import dataclass

from assist.channel.live import SessionKeys
from assist.channel.protocol import HEADER_BYTES, LENGTH_BYTES, MAX_FRAME_BYTES, encode_bundle
from assist.channel.valkey import Script, async_client

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
    first: bytes
    length: int
    current: int
    marks: dict[int, int]
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
    """At most `most` frames behind the id `after`, as many as one message takes; page 0 stands for the current one."""
    page = page or await current_page(keys)
    reply = await READ.arun([keys.state, keys.queue(page)], [after, min(most, PART_FRAMES), PART_BYTES])
    first, length, current, marks, last_read, is_last, count, has_snapshot, frames = reply
    return QueuePart(
        page=page,
        first=first,
        length=length,
        current=int(current),
        marks={int(tab): int(seq) for tab, seq in zip(marks[::2], marks[1::2], strict=True)},
        last_read=last_read,
        is_last=bool(is_last),
        count=count,
        has_snapshot=bool(has_snapshot),
        frames=frames,
    )


async def current_page(keys: SessionKeys) -> int:
    """0 while there is none."""
    return int(await async_client().hget(keys.state, "page") or 0)
