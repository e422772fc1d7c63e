"""The end, from either side: nothing is accepted afterwards, and what came before is kept."""

import contextlib
import json

from asgiref.sync import sync_to_async
from websockets.exceptions import ConnectionClosed

from assist.channel.models import EndReason, SessionState
from assist.channel.protocol import CLOSE_CODES, HEADER_BYTES, ErrorCode, FrameKind, decode_frame
from helpdesk.audit.models import AuditEvent
from helpdesk.tenants.context import tenant_scope
from recordings.archive import journal
from tests.channel.eventually import eventually
from tests.channel.scene import Scene

# What the visitor is promised: the agent sees the end within a second. It takes some milliseconds.
PROMISED_SECONDS = 1.0


async def test_visitor_ends_after_the_frames_it_sent(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.heard("queue")
        await visitor.enter()
        last = await visitor.snapshot("x" * 1000)
        await console.until(lambda: console.seqs()[-1:] == [last])
        await visitor.say("end", reason="done")
        ended = await console.heard("ended", within_seconds=PROMISED_SECONDS)
        assert ended["reason"] == EndReason.VISITOR_ENDED
        assert (await visitor.heard("ended"))["reason"] == EndReason.VISITOR_ENDED
        assert await visitor.closed() == 1000
        assert await console.closed() == 1000
        assert console.seqs()[-1] == last
    entries = await sync_to_async(channel.journal)()
    kinds = [entry.frame[0] for entry in entries]
    assert kinds == [40, 41, 1, 2, 42]
    assert json.loads(entries[-1].frame[HEADER_BYTES:])["reason"] == EndReason.VISITOR_ENDED
    assert journal.missing_ranges(entries) == []


async def test_agent_ends(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await console.say("end")
        assert (await visitor.heard("ended"))["reason"] == EndReason.AGENT_ENDED
        await visitor.closed()
        await console.closed()
    row = await sync_to_async(channel.row)()
    assert (row.state, row.end_reason) == (SessionState.ENDED, EndReason.AGENT_ENDED)
    told = await eventually(lambda: has_all(deeds(channel), {"session.watched", "session.ended", "session.left"}))
    assert {(event.actor_id, event.address) for event in told} == {(channel.agent.pk, "127.0.0.1")}
    assert [event.action for event in told if event.at <= row.ended_at] == ["session.watched", "session.ended"]


async def test_console_that_is_cut_off_has_left(channel: Scene) -> None:
    """As when its browser is killed: nothing says so but the end of the connection."""
    async with channel.console() as console:
        await console.hello()
        console.socket.transport.abort()
        told = await eventually(lambda: has_all(deeds(channel), {"session.watched", "session.left"}))
    assert [event.action for event in told] == ["session.watched", "session.left"]


def deeds(scene: Scene) -> list[AuditEvent]:
    with tenant_scope(scene.tenant.id):
        return list(AuditEvent.objects.filter(object_id=scene.session_id).order_by("at"))


def has_all(events: list[AuditEvent], actions: set[str]) -> list[AuditEvent] | None:
    return events if {event.action for event in events} == actions else None


async def test_nothing_is_accepted_after_the_end(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.stored(await visitor.enter())
        await sync_to_async(channel.end)()
        with contextlib.suppress(ConnectionClosed):
            await visitor.send(FrameKind.SNAPSHOT, b"late")
        await visitor.closed()
    frames = [decode_frame(entry.frame) for entry in await sync_to_async(channel.journal)()]
    assert [frame.kind for frame in frames if frame.payload == b"late"] == []
    async with channel.visitor() as again:
        await again.say(
            "hello", version=1, token=channel.token, tab=1, capture="", injection="inline", time=0, loader="1"
        )
        assert await again.closed() == CLOSE_CODES[ErrorCode.SESSION_ENDED]
    async with channel.console() as console:
        assert (await console.hello())["session"]["state"] == "ended"
        await console.heard("ended")
        assert await console.closed() == 1000


async def test_ending_twice_ends_once(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        assert await sync_to_async(channel.end)() is True
        assert await sync_to_async(channel.end)() is False
    kinds = [entry.frame[0] for entry in await sync_to_async(channel.journal)()]
    assert kinds.count(42) == 1
