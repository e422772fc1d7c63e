"""A web process that stalls is not one that died: its visitors count again as soon as it beats."""

import asyncio
import time

import pytest
from asgiref.sync import sync_to_async

from assist.channel.handshake import OPEN_TAB, TAKEN
from assist.channel.limits import LEASE_SECONDS, RECONNECT_SECONDS
from assist.channel.live import SessionKeys, last_seen_ms, server_record
from assist.channel.node import this_node
from assist.channel.presence import Watcher, arrive, look, watching
from assist.channel.protocol import FrameKind
from assist.channel.valkey import async_client, sync_client
from helpdesk.tenants.keys import nodes_key
from tests.channel.eventually import eventually
from tests.channel.scene import Scene


def stall_all_nodes() -> None:
    """As when their event loops, or Valkey, stood still for longer than a lease."""
    for node in sync_client().zrange(nodes_key(), 0, -1):
        sync_client().zadd(nodes_key(), {node: 1000 * (time.time() - 60)})


async def test_visitor_of_a_process_that_stalled_counts_again(channel: Scene) -> None:
    keys = SessionKeys(channel.tenant.id, channel.session_id)
    async with channel.visitor() as staying:
        await staying.hello(token=channel.token)
        await staying.stored(await staying.enter())
        async with channel.visitor() as other:
            await sync_to_async(stall_all_nodes)()
            await other.hello(token=channel.token)
            await sync_to_async(stall_all_nodes)()
        deadline = time.monotonic() + 20
        while (await look(keys)).state != "live":
            assert time.monotonic() < deadline, "the visitor that stayed is taken for gone"
            await asyncio.sleep(0.1)
        await asyncio.sleep(RECONNECT_SECONDS)
        assert (await look(keys)).state == "live"
        (seen,) = await sync_to_async(last_seen_ms)([(channel.tenant.id, channel.session_id)])
        assert seen is not None
        assert time.time() * 1000 - seen < 10_000
        await staying.stored(await staying.snapshot())


async def test_visitor_who_comes_to_a_process_that_stalled_is_there_before_its_next_beat(channel: Scene) -> None:
    keys = SessionKeys(channel.tenant.id, channel.session_id)
    await async_client().zadd(nodes_key(), {"stalled": 1000 * (time.time() - 60)})
    record = server_record(FrameKind.TAB_HELLO, payload={"tab": 1, "offset_ms": 0})
    names = [keys.state, keys.connections, keys.consoles, keys.journal, nodes_key()]
    values = ["stalled.connection", 1, 0, record, 0, keys.session_id.bytes]
    assert (await OPEN_TAB.arun(names, values))[0] == TAKEN
    assert (await look(keys)).state == "live"


class Console:
    """What a node needs to know of one that watches."""

    def __init__(self, keys: SessionKeys) -> None:
        self.keys = keys
        self.seqs: list[int] = []

    def push(self, kind: int, flags: int, page: int, seq: int, frame: bytes) -> None:
        self.seqs.append(seq)

    async def renew(self) -> None: ...

    async def look_again(self) -> None: ...

    def start_over(self) -> None: ...


@pytest.mark.parametrize("off_seconds", [-3600, 3600])
async def test_clock_of_a_node_counts_for_no_lease(
    channel: Scene, monkeypatch: pytest.MonkeyPatch, off_seconds: int
) -> None:
    """This process is a node as well, whose clock is an hour off."""
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + off_seconds)
    keys, node = SessionKeys(channel.tenant.id, channel.session_id), this_node()
    console, somebody = Console(keys), Watcher("1", "One", "One", False)
    node.watch(console)
    assert await arrive(keys, console_id="console", watcher=somebody, node_id=node.id)
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token)
        assert welcome["watching"]["names"] == ["One"]
        last = await visitor.enter()
        await eventually(lambda: last in console.seqs)
        for key in (keys.consoles, keys.watchers):
            assert 0 < await async_client().pttl(key) <= LEASE_SECONDS * 1000, "goes with its last lease"
    seen = await watching(keys)
    assert seen.people == [somebody]
    assert seen.stale_seconds is not None
    assert 0 < seen.stale_seconds <= LEASE_SECONDS
    lease_end = await sync_to_async(sync_client().zscore)(keys.consoles, node.id)
    assert 0 < lease_end / 1000 - right() <= LEASE_SECONDS + 1
