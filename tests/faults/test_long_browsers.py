"""Faults while a page changes at random in one browser and an agent watches in another: afterwards the DOMs agree."""

import asyncio
import random
import signal
from collections.abc import Callable

import pytest

from recordings.video.plan import server_times
from tests.faults import inside
from tests.faults.cluster import Cluster, cluster
from tests.faults.people import JUMP, WATCH_DOT, WATCH_STATE, People, people
from tests.faults.session import PROMISED_SECONDS
from tests.faults.wire import header_of

__all__ = ["cluster"]
pytestmark = pytest.mark.long
HOUR_MS = 3_600_000


async def service_is_away(met: People, name: str, seconds: float) -> None:
    service = met.cluster.service(name)
    if name == "postgres":
        await asyncio.to_thread(service.stop)  # what it leaves behind of itself after kill -9 keeps it from coming back
    else:
        met.cluster.kill(service)
    await asyncio.sleep(seconds)
    await met.cluster.bring_back(service)
    await met.recover(f"{name} away")


async def nodes_are_killed_in_turn(met: People) -> None:
    for node in met.cluster.nodes:
        met.cluster.kill(node)
        await met.recover("node killed")
        await met.cluster.bring_back(node)


async def nodes_are_stopped_in_turn(met: People) -> None:
    """As for an upgrade: neither side shows anything of it."""
    await met.visitor.page.evaluate(WATCH_DOT)
    await met.agent.page.evaluate(WATCH_STATE)
    for node in met.cluster.nodes:
        assert node.process
        node.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(node.process.wait, 30)
        await met.recover("node stopped")
        await met.cluster.bring_back(node)
    assert await met.visitor.page.evaluate("window.offline") == 0
    assert "reconnecting" not in await met.agent.page.evaluate("window.states")


async def clock_jumps(met: People) -> None:
    for jump in (HOUR_MS, -2 * HOUR_MS):
        await met.visitor.page.evaluate(JUMP, jump)
        await met.recover("clock jumped")


async def memory_is_lost(met: People) -> None:
    await asyncio.to_thread(met.cluster.inside, inside.forget_everything, None)
    await met.recover("memory of Valkey lost")


async def network_is_silent(met: People) -> None:
    met.cluster.front.hold(new_ones=True)
    await asyncio.sleep(8)
    met.cluster.front.release()
    await met.recover("network silent for 8 s")


async def test_both_browsers_agree_after_every_fault(
    cluster: Cluster, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(1, 10**6)
    print(f"browsers, seed {seed}")
    faults = [
        nodes_are_killed_in_turn,
        nodes_are_stopped_in_turn,
        clock_jumps,
        network_is_silent,
        lambda met: service_is_away(met, "valkey", 2),
        lambda met: service_is_away(met, "store", 10),
        lambda met: service_is_away(met, "postgres", 3),
        memory_is_lost,
    ]
    random.Random(seed).shuffle(faults)
    async with people(cluster) as met:
        for number, fault in enumerate(faults):
            await met.act(seed + number)
            await fault(met)
            await met.agree()
        archive = await met.end()
        record_property("recovered after (s)", met.recovered)
        late = {name: seconds for name, seconds in met.recovered.items() if seconds > PROMISED_SECONDS}
        assert late == {}
    seqs = [header_of(data)[1] for _at, data in archive if header_of(data)[1]]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) > 200
    times = list(server_times(archive))
    assert all(0 <= entry.received_ms - entry.at_ms < 60_000 for entry in times)
