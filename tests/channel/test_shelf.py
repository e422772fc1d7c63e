"""The shelf of a tab comes ahead of the pages that refer to it, and stays while one of them is shown."""

import os

import pytest

from assist.channel.protocol import MAX_FRAME_BYTES, SHELF_COUNTER, FrameFlag, FrameKind
from tests.channel.peers import ConsolePeer, VisitorPeer
from tests.channel.scene import Scene

LARGE = MAX_FRAME_BYTES - 1024
# More than all queues of a session may hold.
FRAMES_TOO_MANY = 33 * 1024 * 1024 // LARGE


async def shelve(visitor: VisitorPeer, *, begins: bool = True) -> int:
    kind = FrameKind.SNAPSHOT if begins else FrameKind.OPERATIONS
    return await visitor.send(kind, b"a shelf", page=SHELF_COUNTER, flags=FrameFlag.STREAM_START)


def pages(console: ConsolePeer) -> list[int]:
    return [frame.page & SHELF_COUNTER for frame in console.frames]


async def test_late_console_gets_the_shelf_first(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await shelve(visitor)
        await visitor.snapshot("first")
        await visitor.enter(page=2)
        await shelve(visitor, begins=False)
        await visitor.stored(last := await visitor.snapshot("second", page=2))
        async with channel.console() as console:
            await console.hello()
            await console.until(lambda: console.seqs()[-1:] == [last])
            assert pages(console) == [SHELF_COUNTER, SHELF_COUNTER, 2, 2]
            last = await shelve(visitor, begins=False)
            await console.until(lambda: console.seqs()[-1:] == [last])
            assert pages(console)[4:] == [SHELF_COUNTER]
            # The other page comes without the shelf: it is there.
            await console.say("fetch", page=visitor.tab << 16 | 1)
            await console.until(lambda: len(console.frames) == 7)
            assert pages(console)[5:] == [1, 1]


async def test_new_edition_takes_the_place_of_the_last(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        for _edition in range(3):
            await shelve(visitor)
            await visitor.snapshot("page")
        await visitor.stored(visitor.seq)
        async with channel.console() as console:
            await console.hello()
            await console.until(lambda: console.seqs()[-1:] == [visitor.seq])
            assert console.seqs() == [visitor.seq - 1, 1, visitor.seq]


@pytest.mark.long
async def test_shelf_of_the_current_page_is_never_dropped(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await shelve(visitor)
        for page in range(1, FRAMES_TOO_MANY + 2):
            await visitor.enter(page=page)
            await visitor.stored(
                await visitor.send(FrameKind.SNAPSHOT, os.urandom(LARGE), page=page, flags=FrameFlag.STREAM_START)
            )
        async with channel.console() as console:
            await console.hello()
            await console.until(lambda: console.seqs()[-1:] == [visitor.seq])
            assert pages(console) == [SHELF_COUNTER, page, page]
            await console.say("fetch", page=visitor.tab << 16 | 1)
            dropped = await console.until(lambda: [m for m in console.messages if m["type"] == "queue"][2:])
            assert dropped[0]["frames"] == 0
