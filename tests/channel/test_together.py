"""A visitor and an agent who come at the same moment: neither is told afterwards how it was before."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings

from assist.channel import consumers as channel_consumers
from assist.channel.choices import Choice
from assist.channel.consumers import VisitorConsumer
from assist.channel.live import SessionKeys
from assist.channel.presence import Look, arrive, look
from assist.channel.protocol import PROTOCOL_VERSION
from assist.pages import consumers
from assist.pages.consumers import ConsoleConsumer
from helpdesk.asgi import application
from helpdesk.tenants.events import apublish
from tests.channel.peers import ORIGIN
from tests.channel.scene import Scene

WAIT_SECONDS = 10


@asynccontextmanager
async def console_of(scene: Scene, may_go_on: asyncio.Event) -> AsyncIterator[WebsocketCommunicator]:
    """In this process, where it can be held up; it ends whatever the test finds, or the event loop would not."""
    origin = settings.PUBLIC_URL
    headers = {"host": origin.partition("://")[2], "origin": origin, "cookie": scene.cookie}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    console = WebsocketCommunicator(application, f"/ws/assist/console/{scene.session_id}/", headers=raw)
    assert (await console.connect(timeout=WAIT_SECONDS))[0]
    try:
        yield console
    finally:
        may_go_on.set()
        await console.disconnect(timeout=WAIT_SECONDS)


async def test_what_changes_while_a_console_is_welcomed_is_told_after_the_welcome(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visitor's first hello comes when the console has looked at the session, and not yet said what it saw."""
    has_looked, may_go_on, has_heard = asyncio.Event(), asyncio.Event(), asyncio.Event()
    looks: list[SessionKeys] = []
    on_event = ConsoleConsumer.on_event

    async def arriving_slowly(keys: SessionKeys, **values: Any) -> Any:
        arrived = await arrive(keys, **values)
        has_looked.set()
        await may_go_on.wait()
        return arrived

    async def hearing(console: ConsoleConsumer, kind: str, payload: dict[str, Any]) -> None:
        if kind in ("state", "tab_opened"):
            asyncio.get_running_loop().call_soon(has_heard.set)  # once it has got as far as it gets without waiting
        await on_event(console, kind, payload)

    async def looking(keys: SessionKeys) -> Look:
        looks.append(keys)
        return await look(keys)

    monkeypatch.setattr(consumers, "arrive", arriving_slowly)
    monkeypatch.setattr(ConsoleConsumer, "on_event", hearing)
    monkeypatch.setattr(consumers, "look", looking)
    async with console_of(channel, may_go_on) as console:
        await console.send_to(text_data=json.dumps({"type": "hello", "version": PROTOCOL_VERSION, "credit": 1 << 20}))
        async with channel.visitor() as visitor:
            await asyncio.wait_for(has_looked.wait(), WAIT_SECONDS)
            await visitor.hello(token=channel.token)
            await visitor.stored(await visitor.enter())
            await asyncio.wait_for(has_heard.wait(), WAIT_SECONDS)
            assert not looks, "what is told behind the welcome is looked at behind it"
            may_go_on.set()
            told: list[str] = []
            while told[-1:] != ["live"]:
                data = await console.receive_from(timeout=WAIT_SECONDS)
                message = json.loads(data) if isinstance(data, str) else {"type": "frame"}
                if message["type"] in ("welcome", "state"):
                    told.append(message["state"] if message["type"] == "state" else message["session"]["state"])
            assert told == ["waiting", "live"]


async def test_console_that_goes_in_the_middle_of_an_event_listens_no_more(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, never = asyncio.Event(), asyncio.Event()
    heard: list[ConsoleConsumer] = []

    async def hearing(console: ConsoleConsumer, _kind: str, _payload: dict[str, Any]) -> None:
        heard.append(console)
        begins.set()
        with contextlib.suppress(asyncio.CancelledError):  # as a connection to Valkey does that is being made
            await never.wait()

    monkeypatch.setattr(ConsoleConsumer, "on_event", hearing)
    async with console_of(channel, never) as console:
        await console.send_to(text_data=json.dumps({"type": "hello", "version": PROTOCOL_VERSION, "credit": 1 << 20}))
        assert json.loads(await console.receive_from(timeout=WAIT_SECONDS))["type"] == "welcome"
        async with channel.visitor() as visitor:
            await visitor.hello(token=channel.token)
            await asyncio.wait_for(begins.wait(), WAIT_SECONDS)
            await console.send_input({"type": "websocket.disconnect", "code": 1000})
            listening = heard[0]._listening
            assert listening
            await asyncio.wait({listening}, timeout=WAIT_SECONDS)
            assert listening.done()


async def test_choice_of_another_tab_while_one_comes_is_in_its_welcome(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read already whether the visitor pauses, and nobody says it again."""
    heard = asyncio.Event()
    on_event, enter = VisitorConsumer.on_event, channel_consumers.enter

    async def hearing(visitor: VisitorConsumer, kind: str, payload: dict[str, Any]) -> None:
        await on_event(visitor, kind, payload)
        if kind == "choice":
            heard.set()

    async def entering(*args: Any, **values: Any) -> Any:
        entered = await enter(*args, **values)
        choice = Choice(int(time.time() * 1000), is_paused=True)._asdict()
        await apublish(channel.tenant.id, "session", channel.session_id, kind="choice", payload=choice)
        await asyncio.wait_for(heard.wait(), WAIT_SECONDS)
        return entered

    monkeypatch.setattr(VisitorConsumer, "on_event", hearing)
    monkeypatch.setattr(channel_consumers, "enter", entering)
    headers = [(b"host", b"localhost"), (b"origin", ORIGIN.encode())]
    visitor = WebsocketCommunicator(application, f"/ws/assist/visitor/{channel.session_id}/", headers=headers)
    assert (await visitor.connect(timeout=WAIT_SECONDS))[0]
    try:
        hello = {"type": "hello", "version": PROTOCOL_VERSION, "token": channel.token, "tab": 0, "capture": ""}
        said = {**hello, "injection": "url", "time": time.time() * 1000, "loader": "1"}
        await visitor.send_to(text_data=json.dumps(said))
        welcome = json.loads(await visitor.receive_from(timeout=WAIT_SECONDS))
        assert (welcome["type"], welcome["paused"]) == ("welcome", True)
    finally:
        await visitor.disconnect(timeout=WAIT_SECONDS)
