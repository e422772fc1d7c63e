"""Valkey has lost what it knew of a session, or the last of it: a choice counts on, and no frame is skipped."""

import json

import pytest
from redis.exceptions import RedisError

from assist.channel.live import SessionKeys
from assist.channel.models import SessionState
from assist.channel.node import this_node
from assist.channel.presence import look
from assist.channel.protocol import ErrorCode, FrameKind
from assist.channel.relay import FORGOTTEN, Answer
from assist.channel.stored import Stored
from assist.channel.valkey import async_client
from helpdesk.tenants.keys import nodes_key
from tests.channel.eventually import eventually
from tests.channel.peers import VisitorPeer
from tests.channel.scene import Scene
from tests.channel.spoilt import mend, spoil


async def test_session_that_was_paused_is_paused_for_who_comes_after_the_loss(channel: Scene) -> None:
    keys = SessionKeys(channel.tenant.id, channel.session_id)
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.stored(await visitor.send(FrameKind.PAUSE))
        await eventually(lambda: channel.row().state == SessionState.PAUSED)
    await async_client().delete(keys.state)
    async with channel.visitor() as other:
        assert (await other.hello(token=channel.token))["paused"] is True
        assert (await look(keys)).state == "paused"
        await other.stored(await other.send(FrameKind.RESUME))
        assert (await look(keys)).state == "live"


class Idle:
    """A visitor's connection on which nothing comes."""

    tab, connection_id, has_left = 1, "node.connection", False
    append_head: bytes | None = None
    journal_most = 0

    def __init__(self, keys: SessionKeys) -> None:
        self.keys = keys
        self.told: list[int] = []

    def on_stored(self, answer: Answer, *, size_bytes: int) -> None:
        self.told.append(answer.status)

    def on_look(self, stored: Stored) -> None:
        """It does not follow."""


async def test_idle_visitor_is_asked_to_come_again_although_the_first_try_failed(channel: Scene) -> None:
    node, idle = this_node(), Idle(SessionKeys(channel.tenant.id, channel.session_id))
    await node.known_id()
    node.add_source(idle)
    await spoil(idle.keys.connections)
    await async_client().zrem(nodes_key(), node.id)
    with pytest.raises(RedisError):
        await node._say_alive()
    await mend(idle.keys.connections)
    await node._say_alive()
    node.remove_source(idle)
    assert FORGOTTEN in idle.told


def gap(visitor: VisitorPeer, *, first: int, last: int) -> bytes:
    return visitor.frame(
        FrameKind.GAP, json.dumps({"from_seq": first, "to_seq": last, "reason": "x"}).encode(), seq=last + 1
    )


async def test_gap_stands_for_no_frame_that_was_lost_before_it(channel: Scene) -> None:
    """As when a machine stops between two writes of the append-only file: the last frames are gone, unnamed."""
    keys = SessionKeys(channel.tenant.id, channel.session_id)
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.snapshot()
        await visitor.stored(await visitor.operate("scroll", 1, 1, 0, 0))
        await async_client().hset(keys.state, f"stored:{visitor.tab}", 1)
        await visitor.socket.send(gap(visitor, first=4, last=5))
        error = await visitor.heard("error")
        assert (error["code"], error["expected"]) == (ErrorCode.SEQ_GAP, 2)
        for seq in (2, 3):
            await visitor.send(FrameKind.OPERATIONS, b"again", seq=seq)
        await visitor.socket.send(gap(visitor, first=4, last=5))
        await visitor.stored(6)
