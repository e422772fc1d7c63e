"""What a session stands on goes away while a visitor works and an agent watches, on two nodes: nothing is lost."""

import asyncio
import signal
import time

from assist.channel.protocol import CLOSE_CODES, ErrorCode
from recordings.video.plan import server_times
from tests.faults import inside
from tests.faults.cluster import Cluster, cluster
from tests.faults.session import PATIENCE_SECONDS, Session, random_session, until

__all__ = ["cluster"]
HOUR_MS = 3_600_000.0
FORGOTTEN = CLOSE_CODES[ErrorCode.FORGOTTEN]
MOVED = CLOSE_CODES[ErrorCode.MOVED]
UNAVAILABLE = CLOSE_CODES[ErrorCode.UNAVAILABLE]


async def test_services_go_away_and_workers_die_in_the_middle_of_a_segment(cluster: Cluster) -> None:
    async with random_session(cluster) as session:
        await take_away(session, "postgres")
        assert (session.visitor.closes, session.console.closes) == ([], [])  # it is not needed to go on
        await take_away(session, "valkey")
        await lose_the_memory_of_valkey(session)
        assert FORGOTTEN in session.visitor.closes
        assert set(session.console.closes) <= {UNAVAILABLE}  # in the middle of reading a queue
        closes = [*session.visitor.closes], [*session.console.closes]
        await fill_the_disk_of_the_store(session)
        await kill_workers_in_a_commit(session, object_is_there=True)
        # Nor is the store.
        assert (session.visitor.closes, session.console.closes) == closes
        assert len(await session.ends()) > 100


async def take_away(session: Session, name: str) -> None:
    """Stopped or killed, gone for a while, and started again with what it had."""
    visitor, service = session.visitor, session.cluster.service(name)
    if name == "postgres":
        service.stop()
    else:
        session.cluster.kill(service)
    seq = visitor.seq
    await asyncio.sleep(1)
    if name != "valkey":
        await until(lambda: visitor.stored > seq, "stored meanwhile")
    await session.cluster.bring_back(service)
    await session.recovers(f"{name} away")
    await session.agrees()


async def lose_the_memory_of_valkey(session: Session) -> None:
    """What is in no segment is sent again, and the page anew if its queue can't be had from that."""
    await asyncio.to_thread(session.cluster.inside, inside.forget_everything, None)
    await session.recovers("memory of Valkey lost")
    await session.agrees()


async def fill_the_disk_of_the_store(session: Session) -> None:
    """It is gone at first, then it is there and takes nothing; what is to be archived waits, and /readyz says so."""
    cluster, visitor = session.cluster, session.visitor
    service = cluster.service("store")
    cluster.kill(service)
    seq, command = visitor.seq, service.command
    service.command = [*command, "-volume.minFreeSpace=100"]
    service.start()
    await session.comes_true(lambda: asyncio.to_thread(cluster.inside, inside.store_refuses, None), "full")
    await session.archive_is("waiting")
    await until(lambda: visitor.stored > seq, "stored meanwhile")
    assert visitor.durable <= seq
    cluster.kill(service)
    service.command = command
    await cluster.bring_back(service)
    await session.recovers("disk of the store full")
    await session.archive_is("ok")
    await until(lambda: visitor.durable > seq, "durable")


async def kill_workers_in_a_commit(session: Session, *, object_is_there: bool) -> None:
    """While the store has not answered yet; the object may have been written, its row has not."""
    cluster, scene = session.cluster, session.scene
    cluster.store.hold(up=not object_is_there, down=object_is_there, new_ones=True)
    cluster.store.seen.clear()
    await until(lambda: any(b"/segments/" in head for head in cluster.store.seen), "on its way into the store")
    segments = (await scene.do(inside.facts))["segments"]
    if object_is_there:
        await session.comes_true(lambda: scene.do(inside.has_object, segments + 1), "in the store")
    for worker in cluster.workers:
        cluster.kill(worker)
    cluster.store.release()
    assert (await scene.do(inside.facts))["segments"] == segments
    await cluster.bring_back(*cluster.workers)
    await session.recovers("workers killed in a commit")


async def test_node_that_dies_and_node_that_is_stopped_are_replaced_by_the_other(cluster: Cluster) -> None:
    first, second = cluster.nodes
    async with random_session(cluster) as session:
        visitor, console = session.visitor, session.console
        # The visitor's node dies, and the agent on the other one is told so.
        visitor.may_connect.clear()
        killed_at = time.monotonic()
        cluster.kill(first)
        await until(lambda: console.state == "reconnecting", "reconnecting")
        session.recovered["console knows of a dead node"] = round(time.monotonic() - killed_at, 2)
        visitor.may_connect.set()
        await session.recovers("visitor's node killed")
        # Both are on the second node now. It is stopped for an upgrade: neither side may see that.
        await cluster.bring_back(first)
        visitor.clock_ms = HOUR_MS
        await session.agrees()
        stopped_at = time.monotonic()
        second.process.send_signal(signal.SIGTERM)
        await until(lambda: visitor.closes[-1:] == [MOVED] == console.closes, "moved")
        await session.recovers("node stopped")
        await until(lambda: second.process.poll() is not None, "ended")
        session.recovered["a node has stopped"] = round(time.monotonic() - stopped_at, 2)
        assert "reconnecting" not in console.states_since(stopped_at)
        # And the other way round: only the agent's node dies.
        await cluster.bring_back(second)
        visitor.clock_ms = -HOUR_MS
        console.leave()
        await until(lambda: console.welcomes == 3, "back on the second node")
        cluster.kill(second)
        await session.recovers("agent's node killed")
        assert visitor.closes[-1] == MOVED
        archive = await session.ends()
        assert len(archive) > 50
        # The visitor's clock jumped by an hour and by two: what was seen is where it was all the same.
        assert max(entry.received_ms - entry.at_ms for entry in server_times(archive)) < 1000 * PATIENCE_SECONDS
        assert min(entry.received_ms - entry.at_ms for entry in server_times(archive)) >= 0
    await cluster.bring_back(second)
