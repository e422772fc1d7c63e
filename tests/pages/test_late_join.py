"""A console that joins late asks little of the database and of Valkey, however much there is, and waits for it once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.asyncio.connection import AbstractConnection

from assist.channel.protocol import PROTOCOL_VERSION, FrameKind, decode_frame, unbundled
from helpdesk.accounts.models import Membership
from helpdesk.tenants import context
from helpdesk.tenants.context import tenant_scope
from tests.channel.eventually import eventually
from tests.channel.scene import Scene
from tests.channel.test_shelf import shelve
from tests.channel.test_together import WAIT_SECONDS, console_of

HELLO = {"type": "hello", "version": PROTOCOL_VERSION, "credit": 1 << 20}


class Asked:
    """What this process asks for a session: `calls` of the database, each its statements, and `trips` to Valkey."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[list[str]] = []
        self.trips: list[bytes] = []
        self._session = str(scene.session_id).encode()
        in_executor, send = context.in_executor, AbstractConnection.send_packed_command

        async def calling(call: Callable[[], Any]) -> Any:
            return await in_executor(lambda: self._counted(call))

        async def sending(to: Any, command: Any, *values: Any, **named: Any) -> None:
            self._note(command if isinstance(command, bytes) else b"".join(command))
            await send(to, command, *values, **named)

        monkeypatch.setattr(context, "in_executor", calling)
        monkeypatch.setattr(AbstractConnection, "send_packed_command", sending)

    def _counted(self, call: Callable[[], Any]) -> Any:
        with CaptureQueriesContext(connection) as queries:
            answer = call()
        self.calls.append([query["sql"] for query in queries if query["sql"].startswith("SELECT")])
        return answer

    def _note(self, packed: bytes) -> None:
        """What is published and subscribed to is answered by nothing that anybody waits for."""
        if self._session in packed and b"SUBSCRIBE" not in packed and b"PUBLISH" not in packed:
            self.trips.append(packed)


async def join(console: WebsocketCommunicator, *, until_seq: int) -> list[str]:
    """Until the frame with this seq is there; the types of messages that came."""
    await console.send_to(text_data=json.dumps(HELLO))
    kinds: list[str] = []
    while True:
        data = await console.receive_from(timeout=WAIT_SECONDS)
        if isinstance(data, str):
            kinds.append(json.loads(data)["type"])
        elif until_seq in [decode_frame(frame).seq for frame in unbundled(data)]:
            return kinds


async def test_late_console_waits_for_one_call_of_the_database_and_two_of_valkey(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It brings the right, the session and its pages, the others place and state, and the page with its shelf."""
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        for page in (1, 2, 3):
            await visitor.enter(page=page)
            await shelve(visitor, begins=page == 1)
            last = await visitor.snapshot("page", page=page)
        await visitor.stored(await visitor.send(FrameKind.OPERATIONS, b"more", page=3))
        async with console_of(channel, asyncio.Event()) as first:
            await join(first, until_seq=last)  # Valkey knows the scripts from now on
        async with console_of(channel, asyncio.Event()) as console:
            asked = Asked(channel, monkeypatch)
            assert await join(console, until_seq=last) == ["welcome", "queue", "queue"]
            assert [len(call) for call in asked.calls] == [3], "the tenant is set, then session with right, and pages"
            assert len(asked.trips) == 2


async def test_who_has_no_right_is_told_nothing_and_watches_nothing(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the subscription begins before it is known."""

    def leave() -> None:
        with tenant_scope(channel.tenant.id):
            Membership.objects.all().delete()

    layer = get_channel_layer()._get_layer()  # of this event loop
    async with console_of(channel, asyncio.Event()) as console:
        await asyncio.to_thread(leave)
        before, asked = set(layer.channels), Asked(channel, monkeypatch)
        await console.send_to(text_data=json.dumps(HELLO))
        said = json.loads(await console.receive_from(timeout=WAIT_SECONDS))
        assert (said["type"], said["code"]) == ("error", "not_allowed")
        assert (await console.receive_output(timeout=WAIT_SECONDS))["code"] == 4007
        await console.wait(timeout=WAIT_SECONDS)
        assert asked.trips == []
        await eventually(lambda: set(layer.channels) == before)
