"""A visitor and an agent who come at the same moment: neither is told afterwards how it was before."""

import asyncio
import json
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings

from assist.channel import audience
from assist.channel.presence import Watching, watching
from assist.channel.protocol import PROTOCOL_VERSION
from helpdesk.asgi import application
from tests.channel.scene import Scene

WAIT_SECONDS = 10


def console_of(scene: Scene) -> WebsocketCommunicator:
    """In this process, where it can be held up."""
    origin = settings.PUBLIC_URL
    headers = {"host": origin.partition("://")[2], "origin": origin, "cookie": scene.cookie}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return WebsocketCommunicator(application, f"/ws/assist/console/{scene.session_id}/", headers=raw)


async def test_what_changes_while_a_console_is_welcomed_is_told_after_the_welcome(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visitor's first hello comes when the console has looked at the session, and not yet said what it saw."""
    has_looked, may_go_on = asyncio.Event(), asyncio.Event()

    async def watching_slowly(keys: Any) -> Watching:
        has_looked.set()
        await may_go_on.wait()
        return await watching(keys)

    monkeypatch.setattr(audience, "watching", watching_slowly)
    console = console_of(channel)
    assert (await console.connect(timeout=WAIT_SECONDS))[0]
    await console.send_to(text_data=json.dumps({"type": "hello", "version": PROTOCOL_VERSION, "credit": 1 << 20}))
    async with channel.visitor() as visitor:
        await asyncio.wait_for(has_looked.wait(), WAIT_SECONDS)
        await visitor.hello(token=channel.token)
        await visitor.stored(await visitor.enter())
        assert await console.receive_nothing(timeout=1)
        may_go_on.set()
        told: list[str] = []
        while told[-1:] != ["live"]:
            data = await console.receive_from(timeout=WAIT_SECONDS)
            message = json.loads(data) if isinstance(data, str) else {"type": "frame"}
            if message["type"] in ("welcome", "state"):
                told.append(message["state"] if message["type"] == "state" else message["session"]["state"])
        assert told == ["waiting", "live"]
    await console.disconnect(timeout=WAIT_SECONDS)
