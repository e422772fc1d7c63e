"""Valkey refuses what a connection needs: the connection is closed with a code, and the other side comes again."""

from assist.channel.live import SessionKeys
from assist.channel.protocol import CLOSE_CODES, ErrorCode
from helpdesk.tenants.events import apublish
from tests.channel.scene import Scene
from tests.channel.spoilt import mend, spoil
from tests.channel.weblog import WebLog

UNAVAILABLE = CLOSE_CODES[ErrorCode.UNAVAILABLE]


async def test_console_whose_queue_can_not_be_read_is_closed_and_may_come_again(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        await console.hello()
        await console.until(lambda: len(console.frames) == 2)
        page, log = visitor.tab << 16 | 1, WebLog(channel.web.log)
        queue = SessionKeys(channel.tenant.id, channel.session_id).queue(page)
        await spoil(queue)
        await console.say("fetch", page=page)
        assert await console.closed() == UNAVAILABLE
        assert log.refusals() == console.errors() == [ErrorCode.UNAVAILABLE]
        await mend(queue)
        async with channel.console() as again:
            await again.hello()
            await again.until(lambda: len(again.frames) == 2)


async def test_console_that_can_not_follow_an_event_is_closed(channel: Scene) -> None:
    connections = SessionKeys(channel.tenant.id, channel.session_id).connections
    async with channel.console() as console:
        await console.hello()
        await console.heard("queue")
        await spoil(connections)
        await apublish(channel.tenant.id, "session", channel.session_id, kind="state", payload={})
        assert await console.closed() == UNAVAILABLE
        assert console.errors() == [ErrorCode.UNAVAILABLE]
        await mend(connections)


async def test_visitor_whose_tab_can_not_be_opened_is_told_so_and_may_come_again(channel: Scene) -> None:
    connections, log = SessionKeys(channel.tenant.id, channel.session_id).connections, WebLog(channel.web.log)
    await spoil(connections)
    async with channel.visitor() as visitor:
        await visitor.greet(token=channel.token)
        assert await visitor.closed() == UNAVAILABLE
        assert log.refusals() == visitor.errors() == [ErrorCode.UNAVAILABLE]
    await mend(connections)
    async with channel.visitor() as again:
        await again.hello(token=channel.token)
        await again.stored(await again.enter())
