"""Another session on the same server: whatever somebody else does, its frames arrive in time."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async

from tests.webserver import WebServer

EVERY_SECONDS = 0.05
# Far more than is seen on a quiet machine (0.2 s), and far less than if the neighbour had to wait for the end.
LATE_SECONDS = 8.0


class Neighbour:
    def __init__(self) -> None:
        self.worst_seconds = 0.0
        self.count = 0


@contextlib.asynccontextmanager
async def undisturbed(web: WebServer) -> AsyncIterator[Neighbour]:
    """While the block runs a visitor of another tenant operates; every frame reaches its agent within LATE_SECONDS."""
    from tests.channel.scene import make_scene

    scene = await sync_to_async(make_scene)(web)
    neighbour = Neighbour()
    async with scene.visitor() as visitor, scene.console() as console:
        await visitor.hello(token=scene.token)
        await visitor.enter()
        await visitor.snapshot()
        await console.hello()
        await console.until(lambda: len(console.frames) == 2)
        beating = asyncio.create_task(_beat(neighbour, visitor, console))
        try:
            yield neighbour
            await asyncio.sleep(EVERY_SECONDS)  # one more at least
        finally:
            beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beating
    assert neighbour.count
    assert neighbour.worst_seconds < LATE_SECONDS, neighbour.worst_seconds


async def _beat(neighbour: Neighbour, visitor: Any, console: Any) -> None:
    while True:
        began = time.monotonic()
        seq = await visitor.operate("scroll", 1, 1, 0, neighbour.count)
        await console.until(lambda seq=seq: console.seqs()[-1:] == [seq])
        neighbour.worst_seconds = max(neighbour.worst_seconds, time.monotonic() - began)
        neighbour.count += 1
        await asyncio.sleep(EVERY_SECONDS)
