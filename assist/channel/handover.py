"""A web process that is to end hands its connections over: each side is told to come again, and finds another process.

They are told one after the other, so that ten thousand don't come at once. docs/operations.md states how long it takes.
"""

import asyncio
import logging

from assist.channel import limits
from assist.channel.node import Connection, Node, running_nodes

logger = logging.getLogger(__name__)
PER_SECOND = 500
SECONDS = 25


async def hand_over() -> None:
    """Returns when nobody is connected any more, at the latest after SECONDS."""
    for node in running_nodes():
        try:
            async with asyncio.timeout(SECONDS):
                await _empty(node)
        except TimeoutError:
            logger.warning("%s connections could not be handed over in time", len(node.connections))
        await node.leave()


async def _empty(node: Node) -> None:
    """Who comes again within RECONNECT_SECONDS was never away; of the others somebody has to be told."""
    node.is_leaving = True
    moving: list[asyncio.Task[None]] = []
    for connection in list(node.connections):
        moving.append(node.spawn(_move(connection)))
        await asyncio.sleep(1 / PER_SECOND)
    await asyncio.gather(*moving, return_exceptions=True)
    if moving:
        await asyncio.sleep(limits.RECONNECT_SECONDS + 0.5)


async def _move(connection: Connection) -> None:
    await connection.hand_over()
