"""A web process that is to end hands its connections over: each side is told to come again, and finds another process.

They are told one after the other, so that ten thousand don't come at once; the more there are the faster, so that all
are told in time. docs/operations.md states how long it takes.
"""

import asyncio
import logging
from collections.abc import Collection

from assist.channel import limits
from assist.channel.node import Connection, Node, running_nodes

logger = logging.getLogger(__name__)
PER_SECOND = 500
TELL_SECONDS = 15  # leaves time for what is still to be stored, and for who does not come again
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
    moving = await tell(node, list(node.connections))
    await asyncio.gather(*moving, return_exceptions=True)
    if moving:
        await asyncio.sleep(limits.RECONNECT_SECONDS + 0.5)


async def tell(
    node: Node, connections: Collection[Connection], *, seconds: float = TELL_SECONDS
) -> list[asyncio.Task[None]]:
    """PER_SECOND of them, or as many more as it takes to be through in `seconds`."""
    loop = asyncio.get_running_loop()
    per_second = max(PER_SECOND, len(connections) / seconds)
    began, moving = loop.time(), []
    for number, connection in enumerate(connections, start=1):
        moving.append(node.spawn(_move(connection)))
        await asyncio.sleep(max(0.0, began + number / per_second - loop.time()))
    return moving


async def _move(connection: Connection) -> None:
    await connection.hand_over()
