"""Which page is in front: server and console follow what frames say, not what comes late."""

import json
import time

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame
from tests.channel.peers import VIEWPORT, ConsolePeer, VisitorPeer
from tests.channel.scene import Scene

ENTERED = {"url": "http://localhost/two", "title": "Two", "kind": "html", "viewport": VIEWPORT}


async def tell(visitor: VisitorPeer, kind: int, *, flags: int, seconds_ago: float = 0, page: int = 1) -> int:
    """A frame as of then."""
    visitor.seq += 1
    payload = json.dumps(ENTERED if kind == FrameKind.PAGE_ENTER else {}).encode()
    at = (time.time() - seconds_ago) * 1000
    await visitor.socket.send(encode_frame(Frame(kind, flags, visitor.tab << 16 | page, visitor.seq, at, payload)))
    return visitor.seq


async def two_tabs(scene: Scene, one: VisitorPeer, two: VisitorPeer) -> None:
    for visitor in (one, two):
        await visitor.hello(token=scene.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())


async def front(scene: Scene) -> int:
    """The page that an agent who joins now is shown."""
    async with scene.console() as late:
        return int((await late.hello())["page"])


async def test_page_in_front_is_the_one_that_was_turned_to(channel: Scene) -> None:
    async with channel.visitor() as one, channel.visitor() as two:
        await two_tabs(channel, one, two)
        assert await front(channel) == two.tab << 16 | 1
        await one.stored(await tell(one, FrameKind.VISIBILITY, flags=FrameFlag.FRONT))
        assert await front(channel) == one.tab << 16 | 1
        await two.stored(await tell(two, FrameKind.PAGE_ENTER, flags=FrameFlag.BACKGROUND, page=2))
        assert await front(channel) == one.tab << 16 | 1
        await one.stored(await tell(one, FrameKind.PAGE_ENTER, flags=FrameFlag.BACKGROUND, page=2))
        assert await front(channel) == one.tab << 16 | 2


async def test_late_word_does_not_lead_away_but_a_clock_put_back_does_not_hold(channel: Scene) -> None:
    async with channel.visitor() as one, channel.visitor() as two:
        await two_tabs(channel, one, two)
        await one.stored(await tell(one, FrameKind.VISIBILITY, flags=FrameFlag.FRONT, seconds_ago=60))
        assert await front(channel) == two.tab << 16 | 1
        await one.stored(await tell(one, FrameKind.VISIBILITY, flags=FrameFlag.FRONT, seconds_ago=5 * 3600))
        assert await front(channel) == one.tab << 16 | 1


async def test_console_is_told_of_tabs_that_come_and_go(channel: Scene) -> None:
    async with channel.console() as console, channel.visitor() as one:
        assert (await console.hello())["tabs"] == []
        await one.hello(token=channel.token)
        await one.stored(await one.enter())
        async with channel.visitor() as two:
            await two.hello(token=channel.token)
            await two.stored(await tell(two, FrameKind.PAGE_ENTER, flags=FrameFlag.BACKGROUND))
            async with channel.console() as late:
                tabs = (await late.hello())["tabs"]
        assert [(tab["tab"], tab["is_open"], tab["is_visible"]) for tab in tabs] == [(1, True, True), (2, True, False)]
        await one.heard("front")
        await console.until(lambda: told(console) == [1])


def told(console: ConsolePeer) -> list[int]:
    newest = [message["tabs"] for message in console.messages if message["type"] == "tabs"][-1:]
    return [tab["tab"] for tabs in newest for tab in tabs if tab["is_open"]]


async def test_choice_in_one_tab_is_told_to_the_others(channel: Scene) -> None:
    async with channel.visitor() as one, channel.visitor() as two:
        await two_tabs(channel, one, two)
        await one.send(FrameKind.PAUSE)
        assert (await two.heard("paused"))["paused"] is True
        await one.send(FrameKind.RESUME)
        await two.until(lambda: [m["paused"] for m in two.messages if m["type"] == "paused"] == [True, False])
        assert not [m for m in one.messages if m["type"] == "paused"]


async def test_visitor_who_comes_after_the_end_is_told_the_reason(channel: Scene) -> None:
    from asgiref.sync import sync_to_async

    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
    await sync_to_async(channel.end)()
    async with channel.visitor() as again:
        values = {"version": 1, "capture": "", "injection": "inline", "time": 0, "loader": "1"}
        await again.say("hello", token=channel.token, tab=1, **values)
        assert (await again.heard("error"))["reason"] == "agent_ended"
