"""How fast a process that ends tells its connections to come again."""

import asyncio

import pytest

from assist.channel.handover import PER_SECOND, tell
from assist.channel.node import this_node

# What a busy machine may add.
SLACK_SECONDS = 1.0


class Told:
    """A connection that notes when it was told."""

    at: float | None = None

    async def hand_over(self) -> None:
        self.at = asyncio.get_running_loop().time()


@pytest.mark.parametrize(("count", "seconds", "takes"), [(PER_SECOND, 10, 1.0), (8 * PER_SECOND, 2, 2.0)])
async def test_connections_are_all_told_in_time_however_many(count: int, seconds: float, takes: float) -> None:
    connections = [Told() for _ in range(count)]
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*await tell(this_node(), connections, seconds=seconds))
    took = max(told.at or float("inf") for told in connections) - began
    assert takes - SLACK_SECONDS / 2 < took < takes + SLACK_SECONDS
