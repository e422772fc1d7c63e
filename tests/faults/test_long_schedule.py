"""Every fault, in an order that chance decides, on one session; each time both sides are back within 3 s of its end.

Run by `make test-long`; README.md beside this file has the last result.
"""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from helpdesk.embedded.process import Child
from tests.faults import test_cluster
from tests.faults.cluster import Cluster, cluster
from tests.faults.session import PROMISED_SECONDS, Session, random_session, until

__all__ = ["cluster"]
pytestmark = pytest.mark.long
SILENCE_SECONDS = 20  # until the slower side has noticed a half-open connection, docs/protocol.md


async def postgres_restarts(session: Session) -> None:
    await test_cluster.take_away(session, "postgres")


async def valkey_restarts(session: Session) -> None:
    await test_cluster.take_away(session, "valkey")


async def valkey_loses_its_memory(session: Session) -> None:
    await test_cluster.lose_the_memory_of_valkey(session)


async def store_is_gone_for_a_minute(session: Session) -> None:
    service = session.cluster.service("store")
    session.cluster.kill(service)
    await asyncio.sleep(60)
    await session.cluster.bring_back(service)
    await session.recovers("store gone for a minute")
    seq = session.visitor.seq
    await until(lambda: session.visitor.durable >= seq, "durable")


async def disk_of_the_store_is_full(session: Session) -> None:
    await test_cluster.fill_the_disk_of_the_store(session)


async def workers_die_before_the_object_is_written(session: Session) -> None:
    await test_cluster.kill_workers_in_a_commit(session, object_is_there=False)


async def workers_die_after_the_object_is_written(session: Session) -> None:
    await test_cluster.kill_workers_in_a_commit(session, object_is_there=True)


async def a_node_dies(session: Session) -> None:
    cluster = session.cluster
    node = cluster.nodes[session.visitor.dice.randrange(2)]
    cluster.kill(node)
    await session.recovers("node killed")
    await cluster.bring_back(node)


async def a_node_is_stopped(session: Session) -> None:
    cluster, since = session.cluster, time.monotonic()
    node = cluster.nodes[session.visitor.dice.randrange(2)]
    node.process.send_signal(signal.SIGTERM)
    await until(lambda: node.process.poll() is not None, "ended")
    await session.recovers("node stopped")
    assert "reconnecting" not in session.console.states_since(since)
    await cluster.bring_back(node)


async def both_nodes_die(session: Session) -> None:
    cluster = session.cluster
    for node in cluster.nodes:
        cluster.kill(node)
    await asyncio.sleep(8)
    await cluster.bring_back(*cluster.nodes)
    await session.recovers("both nodes gone for a while")


async def nothing_passes_for_a_while(session: Session) -> None:
    session.cluster.front.hold(new_ones=True)
    await asyncio.sleep(8)
    session.cluster.front.release()
    await session.recovers("network silent for 8 s")


async def open_connections_go_silent_for_good(session: Session) -> None:
    """Half open: both sides have to notice by themselves."""
    began = time.monotonic()
    session.cluster.front.hold()
    welcomes = len(session.visitor.welcomes), session.console.welcomes
    await until(lambda: len(session.visitor.welcomes) > welcomes[0], "noticed by the visitor")
    await until(lambda: session.console.welcomes > welcomes[1], "noticed by the agent")
    assert time.monotonic() - began < SILENCE_SECONDS
    await session.recovers("half-open connections noticed")


async def connections_are_reset(session: Session) -> None:
    session.cluster.front.cut()
    await session.recovers("connections reset")


async def the_visitors_clock_jumps(session: Session) -> None:
    session.visitor.clock_ms = session.visitor.dice.uniform(-1e8, 1e8)
    await session.recovers("clock jumped")


FAULTS: list[Callable[[Session], Awaitable[None]]] = [
    postgres_restarts,
    valkey_restarts,
    valkey_loses_its_memory,
    store_is_gone_for_a_minute,
    disk_of_the_store_is_full,
    workers_die_before_the_object_is_written,
    workers_die_after_the_object_is_written,
    a_node_dies,
    a_node_is_stopped,
    both_nodes_die,
    nothing_passes_for_a_while,
    open_connections_go_silent_for_good,
    connections_are_reset,
    the_visitors_clock_jumps,
]


async def test_every_fault_in_any_order(cluster: Cluster, record_property: Callable[[str, object], None]) -> None:
    async with random_session(cluster) as session:
        faults = [*FAULTS, a_node_dies, a_node_is_stopped]
        session.visitor.dice.shuffle(faults)
        for fault in faults:
            print(f"{time.strftime('%H:%M:%S')} {fault.__name__}")
            await fault(session)
            await session.agrees()
        record_property("recovered after (s)", session.recovered)
        late = {name: seconds for name, seconds in session.recovered.items() if seconds > PROMISED_SECONDS}
        assert late == {}
        assert len(await session.ends()) > 1000


async def test_worker_that_dies_while_it_renders_is_replaced_by_the_other(
    cluster: Cluster, record_property: Callable[[str, object], None]
) -> None:
    async with random_session(cluster) as session:
        await asyncio.sleep(40)
        await session.ends()
        await until(lambda: any(map(has_a_browser, cluster.workers)), "rendering")
        killed = next(worker for worker in cluster.workers if has_a_browser(worker))
        cluster.kill(killed)
        began = time.monotonic()
        facts = await session.knows(lambda facts: facts["recording"] == "ready", "ready", seconds=240)
        record_property("video ready after (s)", round(time.monotonic() - began))
        assert facts["duration_ms"] > 40_000
    await cluster.bring_back(killed)


def has_a_browser(worker: Child) -> bool:
    """A process below it is the headless shell."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((process / "stat").read_text().rpartition(") ")[2].split()[1])
            parents[int(process.name)] = (parent, b"headless" in (process / "cmdline").read_bytes())
    for pid, (_, is_browser) in parents.items():
        while is_browser and pid in parents:
            if worker.process and pid == worker.process.pid:
                return True
            pid = parents[pid][0]
    return False


async def test_uvicorn_hands_over_as_daphne_does(cluster: Cluster) -> None:
    first, _second = cluster.nodes
    cluster.kill(first)
    daphne, ready = first.command, first.ready
    port = str(cluster.node_ports[0])
    first.command = [sys.executable, "-m", "uvicorn", "--port", port, "--ws", "websockets", "helpdesk.asgi:application"]
    first.ready = lambda: first.said(b"Uvicorn running")
    try:
        await cluster.bring_back(first)
        async with random_session(cluster) as session:
            since = time.monotonic()
            first.process.send_signal(signal.SIGTERM)
            await until(lambda: session.visitor.closes == [test_cluster.MOVED], "moved")
            await session.recovers("uvicorn stopped")
            await until(lambda: first.process.poll() is not None, "ended")
            assert "reconnecting" not in session.console.states_since(since)
            await session.ends()
    finally:
        cluster.kill(first)
        first.command, first.ready = daphne, ready
        await cluster.bring_back(first)
