"""What one session may fill in Valkey: the journal, a page's queue, all queues, and who does not read."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from assist.channel import limits
from assist.channel.live import SessionKeys
from assist.channel.protocol import HEADER_BYTES, MAX_FRAME_BYTES, FrameKind, decode_frame
from assist.channel.relay import FULL_SECONDS
from assist.channel.valkey import sync_client
from recordings.archive import actions
from tests.bounds.neighbour import undisturbed
from tests.channel.eventually import eventually
from tests.channel.peers import VisitorPeer
from tests.channel.scene import Scene, make_scene
from tests.channel.weblog import WebLog
from tests.webserver import WebServer

NOISE = random.Random(2).randbytes(MAX_FRAME_BYTES - HEADER_BYTES)


def keys_of(scene: Scene) -> SessionKeys:
    return SessionKeys(scene.tenant.id, scene.session_id)


async def state(scene: Scene, field: str) -> int:
    return int(await sync_to_async(sync_client().hget)(keys_of(scene).state, field) or 0)


async def fill(visitor: VisitorPeer, bytes_: int, *, page: int = 1) -> int:
    """Operations of about so many bytes, each acknowledged before the next."""
    seq = visitor.seq
    for _ in range(bytes_ // MAX_FRAME_BYTES):
        seq = await visitor.send(FrameKind.OPERATIONS, NOISE, page=page)
        await visitor.stored(seq)
    return seq


async def test_full_journal_takes_what_was_sent_before_the_end(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        await set_journal_bytes(channel, limits.JOURNAL_BYTES + limits.SEGMENT_BYTES)
        await visitor.send(FrameKind.OPERATIONS, b"last")
        await visitor.say("end", reason="done")
        await visitor.heard("ended")
    frames = [decode_frame(entry.frame) for entry in await sync_to_async(channel.journal)()]
    assert [frame.kind for frame in frames][-2:] == [FrameKind.OPERATIONS, FrameKind.SESSION_END]
    assert frames[-2].payload == b"last"


async def test_full_journal_holds_the_visitor_until_a_segment_is_written(channel: Scene) -> None:
    async with undisturbed(channel.web), channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        last = await visitor.snapshot()
        await visitor.stored(last)
        await set_journal_bytes(channel, limits.JOURNAL_BYTES + 1)
        held = await visitor.send(FrameKind.OPERATIONS, b"held")
        await asyncio.sleep(1.5 * FULL_SECONDS)
        assert visitor.closed_with is None
        assert all(message["stored"] <= last for message in visitor.messages if message["type"] == "ack")
        await sync_to_async(sync_client().hincrby)(keys_of(channel).state, "journal_bytes", -limits.SEGMENT_BYTES)
        await visitor.stored(held)
        assert [entry.frame[HEADER_BYTES:] for entry in await sync_to_async(channel.journal)()][-1] == b"held"


async def set_journal_bytes(scene: Scene, size: int) -> None:
    """As if that much were there: what counts is the sum that the script keeps."""
    await sync_to_async(sync_client().hset)(keys_of(scene).state, "journal_bytes", size)


def stored_of(scene: Scene, tab: int) -> bytes:
    return sync_client().hget(keys_of(scene).state, f"stored:{tab}")


async def seqs_in_journal(scene: Scene) -> dict[int, list[int]]:
    """By tab."""
    found: dict[int, list[int]] = {}
    for entry in await sync_to_async(scene.journal)():
        frame = decode_frame(entry.frame)
        if frame.seq:
            found.setdefault(frame.tab, []).append(frame.seq)
    return found


async def has_noticed_close(scene: Scene) -> None:
    """The server knows that no visitor is connected any more."""
    await eventually(lambda: not sync_client().exists(keys_of(scene).connections))


async def test_last_frames_of_a_closed_connection_wait_for_a_full_journal(channel: Scene) -> None:
    other = await sync_to_async(make_scene)(channel.web)
    async with channel.visitor() as visitor, other.visitor() as neighbour:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        await neighbour.hello(token=other.token)
        await set_journal_bytes(channel, limits.JOURNAL_BYTES + 1)
        for number in range(3):
            last = await visitor.operate("scroll", number, 1, 0, number)
        await visitor.say("ping", time=0)
        await visitor.heard("pong")
        # Later in the queue of the same process: Valkey has refused the frames by now, and they wait.
        await neighbour.stored(await neighbour.enter())
    await has_noticed_close(channel)
    await set_journal_bytes(channel, 0)
    await eventually(lambda: stored_of(channel, visitor.tab) == b"%d" % last)
    assert await seqs_in_journal(channel) == {visitor.tab: list(range(1, last + 1))}


async def test_tabs_that_close_while_the_journal_is_full_leave_a_bounded_rest(channel: Scene) -> None:
    log, size = WebLog(channel.web.log), limits.LEFT_BYTES * 3 // 4
    async with undisturbed(channel.web), channel.visitor() as staying:
        await staying.hello(token=channel.token)
        await staying.stored(await staying.enter())
        await set_journal_bytes(channel, limits.JOURNAL_BYTES + 1)
        for _ in range(3):
            async with channel.visitor() as leaving:
                await leaving.hello(token=channel.token)
                for _ in range(size // MAX_FRAME_BYTES):
                    await leaving.send(FrameKind.OPERATIONS, NOISE)
        await eventually(lambda: any("last frames of a tab are lost" in line for line in log.lines()))
        await set_journal_bytes(channel, 0)
        await staying.stored(await staying.snapshot())
        tabs = [staying.tab + number for number in (1, 2, 3)]
        stored = lambda: [stored_of(channel, tab) for tab in tabs]  # noqa: E731
        await eventually(lambda: sorted(stored()) == [b"0", b"3", b"3"])


async def test_written_segment_frees_the_journal(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.snapshot()
        await fill(visitor, limits.SEGMENT_BYTES)
        before = await state(channel, "journal_bytes")
        write = sync_to_async(actions.write_segment)
        assert await write(channel.tenant.id, channel.session_id, now=timezone.now(), whole=True)
        assert before > limits.SEGMENT_BYTES
        assert await state(channel, "journal_bytes") == 0


async def test_queue_beyond_its_limit_asks_for_a_snapshot_and_beyond_twice_is_dropped(channel: Scene) -> None:
    keys = keys_of(channel)
    async with undisturbed(channel.web), channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        page = visitor.tab << 16 | 1
        await fill(visitor, limits.QUEUE_BYTES + MAX_FRAME_BYTES)
        assert (await visitor.heard("resync"))["page"] == page
        # The visitor does not answer it.
        await fill(visitor, limits.QUEUE_BYTES)
        assert await sync_to_async(sync_client().exists)(keys.queue(page)) == 0
        assert await state(channel, "queue_bytes") == 0
        # What comes without a snapshot is in the journal, and not in a queue that could not be read.
        await fill(visitor, 4 * MAX_FRAME_BYTES)
        assert await sync_to_async(sync_client().exists)(keys.queue(page)) == 0
        await visitor.stored(await visitor.snapshot("fresh"))
        async with channel.console() as console:
            await console.hello()
            await console.until(lambda: [frame.kind for frame in console.frames] == [1, 2])


def weigh(scene: Scene, page: int, size: int) -> None:
    """As if the page's queue were so large."""
    keys = keys_of(scene)
    sync_client().hincrby(keys.page_facts, f"queue:{page}", size)
    sync_client().hincrby(keys.state, "queue_bytes", size)


async def test_queues_of_a_session_beyond_their_sum_drop_the_oldest(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        for number in (1, 2, 3):
            await visitor.enter(page=number)
            await visitor.stored(await visitor.snapshot(page=number))
        for number in (1, 2, 3):
            await sync_to_async(weigh)(channel, visitor.tab << 16 | number, limits.QUEUES_BYTES // 3)
        await visitor.stored(await visitor.send(FrameKind.OPERATIONS, NOISE, page=3))
        assert await sync_to_async(kept)(channel, visitor.tab) == [2, 3]
        assert await state(channel, "queue_bytes") <= limits.QUEUES_BYTES


def kept(scene: Scene, tab: int) -> list[int]:
    """The pages that have a queue, of those with a number below 10."""
    keys = keys_of(scene)
    return [number for number in range(10) if sync_client().exists(keys.queue(tab << 16 | number))]


async def test_page_used_longest_ago_is_forgotten_beyond_so_many(channel: Scene) -> None:
    keys, client = keys_of(channel), sync_client()
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        for number in (1, 2):
            await visitor.enter(page=number)
            await visitor.stored(await visitor.snapshot(page=number))
        # As if so many were between them; none of these has a queue.
        others = {str(1 << 30 | number): number for number in range(limits.SESSION_PAGES)}
        await sync_to_async(client.zadd)(keys.pages, others)
        await visitor.enter(page=3)
        await visitor.stored(await visitor.snapshot(page=3))
        assert await sync_to_async(client.zcard)(keys.pages) == limits.SESSION_PAGES
        await sync_to_async(client.zremrangebyscore)(keys.pages, 0, limits.SESSION_PAGES)
        others = {str(1 << 30 | number): 1e15 for number in range(limits.SESSION_PAGES - 1)}
        await sync_to_async(client.zadd)(keys.pages, others)
        await visitor.enter(page=4)
        await visitor.stored(await visitor.snapshot(page=4))
        assert await sync_to_async(kept)(channel, visitor.tab) == [4]
        facts = await sync_to_async(client.hkeys)(keys.page_facts)
        assert {name.rpartition(b":")[2] for name in facts} == {b"%d" % (visitor.tab << 16 | 4)}
        assert await sync_to_async(client.ttl)(keys.pages) > 0


@pytest.fixture
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = WebServer(tmp_path_factory.mktemp("second"))
    server.start()
    yield server
    server.thaw()
    server.stop()


def cut_inboxes() -> None:
    """As Valkey does with a process that does not read."""
    client = sync_client()
    mine = str(client.client_info()["db"])
    for other in client.client_list(_type="pubsub"):
        if other["db"] == mine and other["name"].startswith("node:"):
            client.client_kill_filter(_id=other["id"])


async def test_console_of_a_process_that_was_cut_off_catches_up_from_the_queue(
    channel: Scene, second: WebServer
) -> None:
    async with channel.visitor() as visitor, replace(channel, web=second).console() as console:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.snapshot()
        await console.hello()
        await console.until(lambda: len(console.frames) == 2)
        second.freeze()
        await sync_to_async(cut_inboxes)()
        for number in range(5):
            await visitor.stored(await visitor.operate("scroll", number, 1, 0, number))
        last = await visitor.operate("scroll", 9, 1, 0, 9)
        await visitor.stored(last)
        second.thaw()
        await console.until(lambda: console.seqs()[-1:] == [last])
        # All of the queue again, from its beginning, and nothing else behind it.
        assert console.seqs()[-last:] == list(range(1, last + 1))
        again = await visitor.operate("scroll", 10, 1, 0, 10)
        await console.until(lambda: console.seqs()[-1:] == [again])
        assert console.seqs()[-2:] == [last, again]
