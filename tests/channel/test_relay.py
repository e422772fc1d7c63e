"""Frames on their short way: acknowledged, forwarded without gap or doubling, and caught up."""

from asgiref.sync import sync_to_async

from assist.channel.heads import FLUSH_END, SOON_HEAD, Heads
from assist.channel.models import SessionState
from assist.channel.protocol import FrameFlag, FrameKind, decode_frame
from tests.channel.scene import Scene


async def test_first_hello_makes_the_session_live(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token)
        assert (welcome["tab"], welcome["stored"], welcome["durable"]) == (1, 0, 0)
        row = await sync_to_async(channel.row)()
        assert row.state == SessionState.LIVE
        assert row.started_at is not None


async def test_frames_reach_a_console_that_watches(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.heard("queue")
        await visitor.enter()
        await visitor.snapshot("hello")
        last = await visitor.operate("scroll", 10, 1, 0, 100)
        await visitor.stored(last)
        await console.until(lambda: console.seqs()[-1:] == [last])
        assert console.seqs() == [1, 2, 3]


async def test_frame_with_a_short_head_reaches_a_console_whole(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.heard("queue")
        await visitor.enter()
        before = visitor.frame(FrameKind.OPERATIONS, b"before" + FLUSH_END)
        sent = visitor.frame(FrameKind.OPERATIONS, b"after" + FLUSH_END, flags=FrameFlag.FRONT)
        heads = Heads()
        messages = [heads.short(before), heads.short(sent)]
        assert len(messages[1]) == SOON_HEAD.size + len(b"after")
        for message in messages:
            await visitor.socket.send(message)
        await visitor.stored(visitor.seq)
        await console.until(lambda: console.seqs()[-1:] == [visitor.seq])
        assert console.frames[-1] == decode_frame(sent)


async def test_late_console_gets_the_queue_then_live_frames_once(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.snapshot("old")
        await visitor.operate("scroll", 10, 1, 0, 100)
        await visitor.snapshot("new")
        last = await visitor.operate("scroll", 20, 1, 0, 200)
        await visitor.stored(last)
        async with channel.console() as console:
            welcome = await console.hello()
            assert welcome["session"]["state"] == "live"
            assert welcome["page"] == visitor.tab << 16 | 1
            for step in range(50):
                last = await visitor.operate("scroll", 30 + step, 1, 0, step)
            await console.until(lambda: console.seqs()[-1:] == [last])
            assert console.seqs() == [1, *range(4, last + 1)]
            assert console.frames[1].kind == FrameKind.SNAPSHOT
