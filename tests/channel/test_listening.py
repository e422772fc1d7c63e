"""What a socket hears over the channel layer, of which nothing is left when it has gone."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from channels.layers import get_channel_layer

from assist.channel.socket import Gone, Socket
from helpdesk.tenants.events import apublish
from tests.channel.peers import WAIT_SECONDS
from tests.channel.scene import Scene


class Ear(Socket):
    """One that nobody is at the other end of."""

    def __init__(self) -> None:
        self.session_id = uuid4()
        self._closed = False
        self.heard = asyncio.Event()

    async def on_event(self, kind: str, payload: dict[str, Any]) -> None:
        self.heard.set()
        if kind == "over":
            raise Gone
        await asyncio.Event().wait()


@pytest.mark.parametrize("kind", ["over", "slow"])
async def test_layer_knows_no_channel_of_a_socket_that_has_gone(channel: Scene, kind: str) -> None:
    """Also where the socket went, or was closed, while it did what an event asks for."""
    ear, layer = Ear(), get_channel_layer()
    before = set(layer.channels)
    await ear.listen(channel.tenant.id)
    assert len(set(layer.channels) - before) == 1
    assert ear._listening
    async with asyncio.timeout(WAIT_SECONDS):
        await apublish(channel.tenant.id, "session", ear.session_id, kind=kind, payload={})
        await ear.heard.wait()
        if kind == "slow":
            ear._listening.cancel()
        await asyncio.wait([ear._listening])
    assert set(layer.channels) == before
