"""Sessions come, act and go for twenty minutes: no process keeps anything of those that are over."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.embedded.process import Child
from tests.faults import inside
from tests.faults.cluster import Cluster, cluster
from tests.faults.session import random_session

__all__ = ["cluster"]
pytestmark = pytest.mark.long
MINUTES = 20
WARM_MINUTES = 5  # until every thread, connection and cache that a process ever needs is there
AT_ONCE, SESSION_SECONDS, SAMPLE_SECONDS = 8, 60, 5
MOST_GROWTH = 0.05
MIB = 1024 * 1024
# Valkey needs a few of them in all: what its allocator does with a page or two is no growth.
SPARE_BYTES = MIB


async def test_memory_stays_flat_while_sessions_come_and_go(
    cluster: Cluster, record_property: Callable[[str, object], None]
) -> None:
    """Each session ends with its archive complete and in order; what is needed stays what it was."""
    await render_apart(cluster)
    ends_at = time.monotonic() + MINUTES * 60
    samples: dict[str, list[int]] = {}
    sampling = asyncio.create_task(watch_memory(cluster, samples, warm_until=ends_at - (MINUTES - WARM_MINUTES) * 60))
    frames = await asyncio.gather(*(sessions_until(ends_at, cluster, lane) for lane in range(AT_ONCE)))
    sampling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sampling
    record_property("sessions", sum(len(lane) for lane in frames))
    record_property("frames", sum(sum(lane) for lane in frames))
    growth = {name: grown(sizes) for name, sizes in samples.items()}
    for name, (before, after) in growth.items():
        record_property(f"{name} MiB", f"{before / MIB:.1f}, then {after / MIB:.1f} ({after / before - 1:+.1%})")
    assert {name: sizes for name, sizes in growth.items() if grows(*sizes)} == {}
    await is_forgotten(cluster)


async def render_apart(cluster: Cluster) -> None:
    """As `make run` has it: no archive waits for a video."""
    for worker, queue in zip(cluster.workers, ("celery", "render"), strict=True):
        cluster.kill(worker)
        worker.command = [*worker.command, "--queues", queue]
    await cluster.bring_back(*cluster.workers)


async def sessions_until(ends_at: float, cluster: Cluster, lane: int) -> list[int]:
    """Frames of each session, one session after the other; the lanes begin one after the other."""
    frames: list[int] = []
    await asyncio.sleep(lane * SESSION_SECONDS / AT_ONCE)
    while time.monotonic() < ends_at:
        async with random_session(cluster) as session:
            await asyncio.sleep(SESSION_SECONDS)
            frames.append(len(await session.ends()))
    return frames


async def is_forgotten(cluster: Cluster) -> None:
    """Of sessions that are over Valkey keeps only how they ended, at the latest a moment after the last one."""
    deadline = time.monotonic() + 30
    while (kept := await asyncio.to_thread(cluster.inside, inside.kept_of_sessions, None)) != {"state"}:
        assert time.monotonic() < deadline, kept
        await asyncio.sleep(0.5)


async def watch_memory(cluster: Cluster, samples: dict[str, list[int]], *, warm_until: float) -> None:
    nodes = {f"web node {number}": node for number, node in enumerate(cluster.nodes, start=1)}
    watched = {**nodes, "Valkey": cluster.service("valkey")}
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        if time.monotonic() >= warm_until:
            for name, child in watched.items():
                samples.setdefault(name, []).append(private_bytes(child))


def private_bytes(child: Child) -> int:
    """What the process alone has of the memory."""
    assert child.process
    lines = Path(f"/proc/{child.process.pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))


def grown(sizes: list[int]) -> tuple[float, float]:
    """The medians of the first and of the last third."""
    third = len(sizes) // 3
    return statistics.median(sizes[:third]), statistics.median(sizes[-third:])


def grows(before: float, after: float) -> bool:
    return after / before - 1 > MOST_GROWTH and after - before > SPARE_BYTES
