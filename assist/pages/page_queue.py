"""Reading a page's queue from Valkey, with the watermarks of the very moment."""

from dataclasses import dataclass

from assist.channel.live import SessionKeys
from assist.channel.valkey import Script, async_client

READ = Script("read_queue")


@dataclass(frozen=True, slots=True)
class QueuePart:
    """`first` and `last_read` are stream ids; `length` counts the whole queue; `marks` is `{tab: stored seq}`."""

    page: int
    first: bytes
    length: int
    current: int
    marks: dict[int, int]
    frames: list[bytes]
    last_read: bytes


async def read_queue(keys: SessionKeys, page: int, *, after: bytes | None, count: int) -> QueuePart:
    """At most `count` frames behind the id `after`; page 0 stands for the current one."""
    page = page or await current_page(keys)
    reply = await READ.arun([keys.state, keys.queue(page)], [after or "-", count])
    first, length, _last, current, marks, entries = reply
    return QueuePart(
        page=page,
        first=first,
        length=int(length),
        current=int(current),
        marks={int(tab): int(seq) for tab, seq in zip(marks[::2], marks[1::2], strict=True)},
        frames=entries[1::2],
        last_read=entries[-2] if entries else (after or b"0"),
    )


async def current_page(keys: SessionKeys) -> int:
    """0 while there is none."""
    return int(await async_client().hget(keys.state, "page") or 0)
