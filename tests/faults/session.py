"""A session that goes on through faults: both sides act, and afterwards everything has to be there."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.faults import inside
from tests.faults.cluster import Cluster, Scene
from tests.faults.console import SteadyConsole
from tests.faults.visitor import RandomVisitor
from tests.faults.wire import header_of

# What a user would call broken for good; the 3 s that are promised are asserted by `make test-long` on a quiet machine.
PATIENCE_SECONDS = 30
PROMISED_SECONDS = 3


class Session:
    def __init__(self, cluster: Cluster, scene: Scene, visitor: RandomVisitor, console: SteadyConsole) -> None:
        self.cluster, self.scene, self.visitor, self.console = cluster, scene, visitor, console
        self.recovered: dict[str, float] = {}

    async def works(self) -> None:
        """What the visitor does now is stored, and seen by the agent."""
        seq = self.visitor.seq
        await until(lambda: self.visitor.stored > seq, "stored")
        await until(lambda: self.console.state == "live", "live")
        await until(lambda: any(page.seq > seq for page in self.console.pages.values()), "seen")

    async def recovers(self, fault: str) -> None:
        """The fault is over now: how long until both sides work again."""
        began = time.monotonic()
        await self.works()
        self.recovered[fault] = round(time.monotonic() - began, 2)

    async def agrees(self) -> None:
        """The rebuilt page is the visitor's, down to the last operation."""
        self.visitor.is_idle = True
        sent = [json.loads(json.dumps(line)) for line in self.visitor.page.lines]
        await until(lambda: self.console.current == self.visitor.page.number, "on the same page")
        await until(lambda: self.console.lines() == sent, "the same operations")
        assert self.console.faults == [], self.console.faults
        self.visitor.is_idle = False

    async def comes_true(self, ask: Callable[[], Awaitable[bool]], what: str) -> None:
        """As `until`, where asking takes a while."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not await ask():
            assert time.monotonic() < deadline, f"never {what}"
            await asyncio.sleep(0.1)

    async def knows(
        self, condition: Callable[[dict[str, Any]], bool], what: str, *, seconds: float = 60
    ) -> dict[str, Any]:
        """Until `condition(facts)`; returns them."""
        deadline = time.monotonic() + seconds
        while not condition(found := await self.scene.do(inside.facts)):
            assert time.monotonic() < deadline, f"never {what}: {found}; {self.cluster.last_words()}"
            await asyncio.sleep(0.1)
        return dict(found)

    async def archive_is(self, state: str) -> None:
        """As /readyz says."""
        url = f"http://127.0.0.1:{self.cluster.front.port}/readyz"
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx.AsyncClient(timeout=10) as client:
            while (found := (await client.get(url)).json()["archive"]) != state:
                assert time.monotonic() < deadline, f"{found}; {self.cluster.last_words()}"
                await asyncio.sleep(0.1)

    async def ends(self) -> list[tuple[int, bytes]]:
        """The archive is closed and has every frame once and in order; returns it."""
        await self.agrees()
        self.visitor.is_idle = True
        await until(lambda: self.visitor.stored == self.visitor.seq, "all stored")
        await self.scene.do(inside.end)
        await self.knows(lambda facts: facts["is_closed"], "closed")
        archive = await self.scene.do(inside.archived)
        frames = {header_of(data)[1]: data for _at, data in archive if header_of(data)[1]}
        assert [header_of(data)[1] for _at, data in archive if header_of(data)[1]] == list(self.visitor.sent)
        assert frames == self.visitor.sent
        assert set(self.visitor.errors) <= {"forgotten", "unavailable"}, self.visitor.errors
        return list(archive)


async def until(condition: Callable[[], Any], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never {what}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def random_session(cluster: Cluster, *, seed: int = 0) -> AsyncIterator[Session]:
    """Printed with its seed, which repeats it as far as the network lets it."""
    seed = seed or random.randrange(1, 10**6)
    print(f"random session, seed {seed}")
    scene = await asyncio.to_thread(cluster.scene)
    front = f"ws://127.0.0.1:{cluster.front.port}/ws/assist"
    visitor = RandomVisitor(f"{front}/visitor/{scene.session}/", token=scene.token, seed=seed)
    console = SteadyConsole(f"{front}/console/{scene.session}/", cookie=scene.cookie, origin=cluster.base_url)
    async with visitor, console:
        session = Session(cluster, scene, visitor, console)
        try:
            await session.works()
            yield session
        finally:
            print(f"recovered after (s): {session.recovered}; closed with {visitor.closes}, {console.closes}")
            print(f"refused: {visitor.errors}; asked for snapshots: {visitor.resyncs}")
            states = [state for _at, state in console.states]
            print(f"console: {console.welcomes} welcomes, {states}; over at {time.strftime('%H:%M:%S')}")
