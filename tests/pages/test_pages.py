"""Pages' rows, and what a console gets of pages' queues."""

import json
import random
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from assist.channel.limits import CONSOLE_WINDOW_BYTES
from assist.channel.live import SessionKeys
from assist.channel.models import AssistSession
from assist.channel.protocol import MAX_FRAME_BYTES, FrameKind
from assist.channel.valkey import sync_client
from assist.pages.page_queue import PART_FRAMES
from assist.pages.queries import page_summaries
from helpdesk.tenants.context import tenant_scope
from tests.channel.peers import VIEWPORT, ConsolePeer, VisitorPeer
from tests.channel.scene import Scene


def summaries(scene: Scene) -> list[dict[str, Any]]:
    with tenant_scope(scene.tenant.id):
        return page_summaries(scene.session_id)


def viewport(scene: Scene) -> dict[str, Any] | None:
    with tenant_scope(scene.tenant.id):
        return AssistSession.objects.get(id=scene.session_id).viewport


def queue_kinds(scene: Scene, page: int) -> list[int]:
    keys = SessionKeys(scene.tenant.id, scene.session_id)
    return [fields[b"f"][0] for _id, fields in sync_client().xrange(keys.queue(page))]


async def until_rows(scene: Scene, condition: Any, visitor: VisitorPeer) -> list[dict[str, Any]]:
    """Rows are written off the frames' way; pings give the moments to look again."""
    for number in range(100):
        rows = await sync_to_async(summaries)(scene)
        if condition(rows):
            return rows
        await visitor.say("ping", time=number)
        await visitor.until(lambda number=number: any(m.get("time") == number for m in visitor.messages))
    raise AssertionError(rows)


async def test_entered_and_closed_pages_become_rows(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter(page=1, title="One")
        await visitor.snapshot(page=1)
        await visitor.enter(page=2, title="Two")
        await visitor.stored(await visitor.send(FrameKind.PAGE_CLOSE, page=1))
        rows = await until_rows(channel, lambda rows: len(rows) == 2 and "closed_at" in rows[0], visitor)
        assert [(row["title"], "closed_at" in row) for row in rows] == [("One", True), ("Two", False)]


async def test_viewport_of_the_newest_page_is_the_sessions(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        for page, width in ((1, 1280), (2, 1111)):
            said = {"url": "http://localhost/", "title": "", "kind": "html", "viewport": {**VIEWPORT, "width": width}}
            await visitor.send(FrameKind.PAGE_ENTER, json.dumps(said).encode(), page=page)
        await visitor.stored(visitor.seq)
        await until_rows(channel, lambda rows: len(rows) == 2, visitor)
        assert await sync_to_async(viewport)(channel) == {**VIEWPORT, "width": 1111}


async def test_closing_a_page_clears_its_queue_and_leaving_keeps_it(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        for page in (1, 2):
            await visitor.enter(page=page)
            await visitor.snapshot(page=page)
            await visitor.send(FrameKind.PAGE_LEAVE, json.dumps({"digest": "d"}).encode(), page=page)
        await visitor.stored(await visitor.send(FrameKind.PAGE_CLOSE, page=1))
        assert await sync_to_async(queue_kinds)(channel, visitor.tab << 16 | 1) == []
        assert await sync_to_async(queue_kinds)(channel, visitor.tab << 16 | 2) == [1, 2]


async def test_fresh_snapshot_restarts_the_queue(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.snapshot("old")
        await visitor.operate("scroll", 1, 1, 0, 0)
        await visitor.stored(await visitor.snapshot("new"))
        assert await sync_to_async(queue_kinds)(channel, visitor.tab << 16 | 1) == [1, 2]


async def test_operations_without_a_snapshot_ask_for_one(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.send(FrameKind.OPERATIONS, b"of a queue that was dropped")
        assert (await visitor.heard("resync"))["page"] == visitor.tab << 16 | 1


async def test_going_back_sends_the_known_page_to_a_late_console(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter(page=1)
        await visitor.snapshot(page=1)
        await visitor.enter(page=2)
        await visitor.snapshot(page=2)
        async with channel.console() as console:
            await console.hello()
            await console.until(lambda: [f.kind for f in console.frames] == [1, 2])
            last = await go_back(visitor, page=1, at_seq=2)
            queue = await console.until(
                lambda: [m for m in console.messages if m.get("current") == visitor.tab << 16 | 1]
            )
            assert (queue[-1]["page"], queue[-1]["frames"]) == (visitor.tab << 16 | 1, 3)
            await console.until(lambda: console.seqs()[-1:] == [last])
            assert [frame.kind for frame in console.frames[2:]] == [1, 2, 6]


async def go_back(visitor: VisitorPeer, *, page: int, at_seq: int) -> int:
    payload = {"url": "http://localhost:9000/", "title": "", "kind": "html", "viewport": VIEWPORT}
    history = {**payload, "checkpoint": "d", "at_seq": at_seq, "volatile": {}}
    return await visitor.send(FrameKind.HISTORY, json.dumps(history).encode(), page=page)


async def test_slow_console_is_told_and_starts_over_from_the_newest_snapshot(channel: Scene) -> None:
    noise = random.Random(1)
    async with channel.visitor() as visitor, channel.console() as console, channel.console() as quick:
        await visitor.hello(token=channel.token)
        console.is_slow = True
        await console.hello(credit=CONSOLE_WINDOW_BYTES)
        await quick.hello()
        await console.heard("queue")
        await quick.heard("queue")
        await visitor.enter()
        await visitor.snapshot("old")
        for _ in range(30):
            last = await visitor.send(FrameKind.OPERATIONS, noise.randbytes(MAX_FRAME_BYTES - 20))
            await visitor.stored(last)
        last = await visitor.snapshot("new")
        await quick.until(lambda: quick.seqs()[-1:] == [last])
        assert quick.seqs() == list(range(1, last + 1))
        assert console.received_bytes <= CONSOLE_WINDOW_BYTES
        await catch_up(console)
        assert (await console.heard("lagging"))["dropped_bytes"] > 0
        await console.until(lambda: console.seqs()[-1:] == [last])
        assert [frame.kind for frame in console.frames[-2:]] == [1, 2]


async def catch_up(console: ConsolePeer) -> None:
    console.is_slow = False
    await console.say("credit", bytes=console.received_bytes + console.window)


async def test_console_fetches_a_queue(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        await console.hello()
        await console.until(lambda: len(console.frames) == 2)
        await console.say("fetch", page=visitor.tab << 16 | 1)
        await console.until(lambda: [f.kind for f in console.frames] == [1, 2, 1, 2])


async def test_long_queue_comes_in_few_messages_and_in_order(channel: Scene) -> None:
    """More frames than are read at once, and among them one that leaves no room for another."""
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.snapshot()
        for step in range(600):
            await visitor.operate("scroll", step, 1, 0, step)
        await visitor.stored(await visitor.send(FrameKind.OPERATIONS, bytes(MAX_FRAME_BYTES - 20)))
        for step in range(PART_FRAMES - 400):
            last = await visitor.operate("scroll", step, 1, 0, step)
        await visitor.stored(last)
        async with channel.console() as console:
            await console.hello(credit=CONSOLE_WINDOW_BYTES)
            await console.until(lambda: console.seqs()[-1:] == [last])
            assert console.seqs() == list(range(1, last + 1))
            assert (await console.heard("queue"))["frames"] == last
            assert console.binaries < 6
            live = await visitor.operate("scroll", 0, 1, 0, 0)
            await console.until(lambda: console.seqs()[-1:] == [live])


async def test_queue_stops_where_the_credit_of_its_console_ends(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.snapshot()
        for _ in range(30):
            last = await visitor.send(FrameKind.OPERATIONS, bytes(50_000))
            await visitor.stored(last)
        async with channel.console() as console:
            console.is_slow = True
            await console.hello(credit=CONSOLE_WINDOW_BYTES)
            await console.until(lambda: console.received_bytes > CONSOLE_WINDOW_BYTES - MAX_FRAME_BYTES)
            await console.say("ping", time=1)
            await console.heard("pong")
            assert console.received_bytes <= CONSOLE_WINDOW_BYTES
            await catch_up(console)
            await console.until(lambda: console.seqs()[-1:] == [last])
            assert console.seqs() == list(range(1, last + 1))


async def test_console_asks_the_visitor_for_a_snapshot(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.say("resync", page=visitor.tab << 16 | 1, detail="missing node")
        assert (await visitor.heard("resync"))["page"] == visitor.tab << 16 | 1


async def test_visitor_sees_who_watches(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        async with channel.console() as console:
            await console.hello()
            await visitor.until(lambda: [m for m in visitor.messages if m.get("names") == ["Agent"]])
        await visitor.until(lambda: [m for m in visitor.messages if m.get("count") == 0])


async def test_console_sees_pause_and_reconnection(channel: Scene) -> None:
    async with channel.console() as console:
        assert (await console.hello())["session"]["state"] == "waiting"
        async with channel.visitor() as visitor:
            await visitor.hello(token=channel.token)
            await console.until(lambda: told(console, "live"))
            await visitor.stored(await visitor.send(FrameKind.PAUSE))
            await console.until(lambda: told(console, "paused"))
            await visitor.stored(await visitor.send(FrameKind.RESUME))
            await console.until(lambda: len(told(console, "live")) == 2)
        gone = await console.until(lambda: told(console, "reconnecting"))
        assert gone[0]["since"] > 0


def told(console: ConsolePeer, state: str) -> list[dict[str, Any]]:
    return [m for m in console.messages if m["type"] == "state" and m["state"] == state]


@pytest.mark.parametrize("message", [{"type": "fetch", "page": 0}, {"type": "fetch", "page": "1"}, {"type": "nothing"}])
async def test_bad_console_message_closes(channel: Scene, message: dict[str, Any]) -> None:
    async with channel.console() as console:
        await console.hello()
        await console.say(**{"kind": message.pop("type"), **message})
        assert await console.closed() == 4000
