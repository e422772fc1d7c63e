"""The shelf of a tab comes ahead of the pages that refer to it, and stays while one of them is shown."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest

from assist.channel.live import SessionKeys
from assist.channel.metrics import meters_of
from assist.channel.protocol import MAX_FRAME_BYTES, SHELF_COUNTER, FrameFlag, FrameKind, decode_frame, unbundled
from assist.channel.valkey import async_client
from assist.pages import outbox
from assist.pages.outbox import Live, Outbox
from assist.pages.page_queue import QueuePart, read_with_shelf
from tests.channel.peers import WAIT_SECONDS, ConsolePeer, VisitorPeer
from tests.channel.scene import Scene

LARGE = MAX_FRAME_BYTES - 1024
# More than all queues of a session may hold.
FRAMES_TOO_MANY = 33 * 1024 * 1024 // LARGE


async def shelve(visitor: VisitorPeer, *, begins: bool = True) -> int:
    kind = FrameKind.SNAPSHOT if begins else FrameKind.OPERATIONS
    return await visitor.send(kind, b"a shelf", page=SHELF_COUNTER, flags=FrameFlag.STREAM_START)


class Reader:
    """What goes to a console, in this process, where its reader of live frames can be held up."""

    def __init__(self, scene: Scene) -> None:
        self.seqs: list[int] = []
        self.queues: list[int] = []
        self._sent = asyncio.Condition()
        keys = SessionKeys(scene.tenant.id, scene.session_id)
        self.outbox = Outbox(
            keys, credit=1 << 22, meters=meters_of("t"), say=self._say, send_frame=self._send, on_record=self._say
        )

    async def _say(self, kind: Any, **fields: Any) -> None:
        if kind == "queue":
            async with self._sent:
                self.queues.append(fields["page"])
                self._sent.notify_all()

    async def _send(self, data: bytes) -> None:
        async with self._sent:
            self.seqs += [decode_frame(frame).seq for frame in unbundled(data)]
            self._sent.notify_all()

    async def until_told(self, page: int) -> None:
        async with asyncio.timeout(WAIT_SECONDS), self._sent:
            await self._sent.wait_for(lambda: page in self.queues)

    async def until_sent(self, seq: int) -> None:
        async with asyncio.timeout(WAIT_SECONDS), self._sent:
            await self._sent.wait_for(lambda: seq in self.seqs)


@contextlib.asynccontextmanager
async def reader(scene: Scene) -> AsyncIterator[Reader]:
    made = Reader(scene)
    running = asyncio.create_task(made.outbox.run())
    yield made
    running.cancel()


async def caught_up(visitor: VisitorPeer, console: Reader, scene: Scene) -> int:
    """With a page that has a shelf; the seq of its snapshot, which is the last."""
    await visitor.hello(token=scene.token)
    await visitor.enter()
    await shelve(visitor)
    await visitor.stored(last := await visitor.snapshot("page"))
    console.outbox.want(0)
    await console.until_sent(last)
    return last


def live(data: bytes) -> Live:
    frame = decode_frame(data)
    return Live(frame.kind, frame.flags, frame.page, frame.seq, data)


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


async def test_shelf_that_is_not_there_is_an_empty_queue(channel: Scene) -> None:
    """So that the console, which has asked for it, knows."""
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot("without"))
        async with channel.console() as console:
            await console.hello()
            await console.until(lambda: console.seqs()[-1:] == [visitor.seq])
            await console.say("fetch", page=(shelf := visitor.tab << 16 | SHELF_COUNTER))
            told = await console.until(lambda: [m for m in console.messages if m["type"] == "queue"][1:])
            assert [(m["page"], m["frames"]) for m in told] == [(shelf, 0)]


async def test_what_came_to_the_shelf_before_its_page_was_read_again_is_sent(channel: Scene) -> None:
    """The page was read later than the shelf: its watermark says nothing about that."""
    async with channel.visitor() as visitor, reader(channel) as console:
        first = await caught_up(visitor, console, channel)
        more = visitor.frame(FrameKind.OPERATIONS, b"more", page=SHELF_COUNTER, flags=FrameFlag.STREAM_START)
        last = visitor.frame(FrameKind.OPERATIONS, b"last")
        for data in (more, last):
            await visitor.socket.send(data)
        await visitor.stored(visitor.seq)
        before = len(console.seqs)
        console.outbox.want(0)
        after = visitor.frame(FrameKind.OPERATIONS, b"after")
        for data in (more, last, after):
            console.outbox.push(live(data))
        await console.until_sent(visitor.seq)
        assert console.seqs[before:] == [1, first, first + 2, first + 1, first + 3]


async def test_edition_that_begins_while_a_page_is_read_comes_with_the_page_as_it_is_then(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one takes more than one part, of which only the first was read together with the page."""
    async with channel.visitor() as visitor, reader(channel) as console:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        for begins in (True, False):
            flags = FrameFlag.STREAM_START if begins else 0
            kind = FrameKind.SNAPSHOT if begins else FrameKind.OPERATIONS
            await visitor.send(kind, os.urandom(LARGE), page=SHELF_COUNTER, flags=flags)
        await visitor.stored(old := await visitor.snapshot("old"))

        async def reading(keys: SessionKeys, page: int) -> tuple[QueuePart, QueuePart | None]:
            parts = await read_with_shelf(keys, page)
            if visitor.seq == old:
                await shelve(visitor)
                await visitor.stored(await visitor.snapshot("new"))
            return parts

        monkeypatch.setattr(outbox, "read_with_shelf", reading)
        console.outbox.want(0)
        await console.until_sent(old + 2)
        assert console.seqs == [2, old + 1, 1, old + 2]


async def test_what_a_visitor_sends_again_goes_to_a_console_once(channel: Scene) -> None:
    """As when Valkey's memory is lost: frames come live a second time, maybe before this process knows why."""
    async with channel.visitor() as visitor, reader(channel) as console:
        first = await caught_up(visitor, console, channel)
        before = len(console.seqs)
        more = visitor.frame(FrameKind.OPERATIONS, b"more")
        shelved = visitor.frame(FrameKind.OPERATIONS, b"shelved", page=SHELF_COUNTER)
        last = visitor.frame(FrameKind.OPERATIONS, b"last")
        for data in (more, shelved, more, shelved, last):
            console.outbox.push(live(data))
        await console.until_sent(visitor.seq)
        assert console.seqs[before:] == [first + 1, first + 2, first + 3]


async def test_what_waited_when_memory_was_lost_does_not_count_as_sent(channel: Scene) -> None:
    """The visitor sends it again, together with what comes before it."""
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        kinds = (FrameKind.PAGE_ENTER, 0), (FrameKind.SNAPSHOT, FrameFlag.STREAM_START), (FrameKind.OPERATIONS, 0)
        frames = [live(visitor.frame(kind, b"again", flags=flags)) for kind, flags in kinds]
        await async_client().delete(SessionKeys(channel.tenant.id, channel.session_id).state)
        console = Reader(channel)
        console.outbox.push(frames[-1])
        console.outbox.start_over()
        running = asyncio.create_task(console.outbox.run())
        await console.until_told(0)
        for frame in frames:
            console.outbox.push(frame)
        await console.until_sent(frames[-1].seq)
        running.cancel()
        assert console.seqs == [frame.seq for frame in frames]


async def test_reader_that_was_cancelled_ends_though_the_client_of_valkey_swallows_that(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Python 3.11 `asyncio.wait_for` does, when what it waits for is there at the same time."""
    reads = asyncio.Event()

    async def reading(keys: SessionKeys, page: int) -> tuple[QueuePart, QueuePart | None]:
        reads.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await read_with_shelf(keys, page)

    monkeypatch.setattr(outbox, "read_with_shelf", reading)
    made = Reader(channel)
    made.outbox.want(0)
    running = asyncio.create_task(made.outbox.run())
    await asyncio.wait_for(reads.wait(), WAIT_SECONDS)
    running.cancel()
    await asyncio.wait([running], timeout=WAIT_SECONDS)
    assert running.cancelled()


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


async def test_pages_that_a_console_fetches_wait_in_a_bounded_row(channel: Scene) -> None:
    """Without credit none of them goes out, and a console may ask for one after the other."""
    made = Reader(channel)
    for page in range(1, 10 * outbox.WANTED_PAGES):
        made.outbox.want(page)
    made.outbox.want(0)
    running = asyncio.create_task(made.outbox.run())
    await made.until_told(0)
    running.cancel()
    assert made.queues == [*range(1, outbox.WANTED_PAGES + 1), 0]
