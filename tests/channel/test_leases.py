"""A web process that stalls is not one that died: its visitors count again as soon as it beats."""

import asyncio
import time

from asgiref.sync import sync_to_async

from assist.channel.limits import RECONNECT_SECONDS
from assist.channel.live import SessionKeys, last_seen_ms
from assist.channel.presence import look
from assist.channel.valkey import sync_client
from helpdesk.tenants.keys import nodes_key
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
        seen = await sync_to_async(last_seen_ms)(channel.tenant.id, channel.session_id)
        assert seen is not None
        assert time.time() * 1000 - seen < 10_000
        await staying.stored(await staying.snapshot())
