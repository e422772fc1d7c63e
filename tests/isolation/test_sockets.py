"""Every socket path, opened by everybody who is somebody at another tenant, and by nobody."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings

from assist.channel.models import AssistSession
from assist.channel.protocol import PROTOCOL_VERSION
from assist.requests.models import AssistRequest
from helpdesk.accounts.models import Role
from helpdesk.asgi import application
from helpdesk.tenants.keys import group
from tests import factories
from tests.isolation.routes import Route, socket_routes
from tests.isolation.world import MARK, Side, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])

DEADLINE_SECONDS = 10
# What is said first on a socket that waits for it, by the beginning of its path.
FIRST_MESSAGES: dict[str, Callable[[str], dict[str, Any]]] = {
    "ws/assist/request/": lambda secret: {"type": "auth", "token": secret},
    "ws/assist/visitor/": lambda secret: {
        "type": "hello",
        "version": PROTOCOL_VERSION,
        "token": secret,
        "tab": 0,
        "capture": "",
        "injection": "inline",
        "time": 0.0,
        "loader": "test",
    },
    "ws/assist/assets/": lambda secret: {"type": "hello", "version": PROTOCOL_VERSION, "token": secret},
    "ws/assist/console/": lambda secret: {"type": "hello", "version": PROTOCOL_VERSION, "credit": 1 << 20},
}
# Sockets that tell of the whole tenant as soon as they are open.
TELLS_AT_ONCE = {"ws/desk/"}


@dataclass(frozen=True)
class Opener:
    name: str
    secret: str = ""
    cookie: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    def open(self, url: str) -> WebsocketCommunicator:
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.cookie}".encode()
        host = settings.PUBLIC_URL.partition("://")[2].encode()
        headers = [(b"host", host), (b"origin", settings.PUBLIC_URL.encode())]
        return WebsocketCommunicator(
            application, url, headers=[*headers, *([(b"cookie", cookie)] if self.cookie else [])]
        )


def openers_of(side: Side) -> list[Opener]:
    return [
        Opener("admin", cookie=factories.session_cookie(side.people[Role.ADMIN])),
        *(Opener(kind, secret=secret) for kind, secret in side.secrets.items()),
    ]


def test_every_socket_refuses_the_ids_of_another_tenant(world: World) -> None:
    openers = [Opener("nobody"), *openers_of(world.attacker)]
    before, faults = world.victim.snapshot(), []
    for route in socket_routes():
        url = route.fill(world.victim, by=world.attacker)
        for opener in openers if route.placeholders else ():
            heard = asyncio.run(_hear(route, opener, url))
            if not heard or heard[-1]["type"] != "websocket.close":
                faults.append(f"{url} stays open for {opener.name}: {heard}")
            faults += [f"{url} shows {mark} to {opener.name}" for mark in _marks(heard, world.victim, url)]
    assert not faults, "\n".join(faults)
    assert world.victim.snapshot() == before


def test_every_socket_answers_its_own_tenant(world: World) -> None:
    """Else the refusals above would prove nothing."""
    silent = []
    openers = openers_of(world.attacker)
    for route in socket_routes():
        url = route.fill(world.attacker, by=world.attacker)
        answers = [asyncio.run(_hear(route, opener, url)) for opener in openers]
        if not any(heard and heard[-1]["type"] == "websocket.send" for heard in answers):
            silent.append(f"{url}: {answers}")
    assert not silent, "\n".join(silent)


def test_every_socket_that_tells_of_the_tenant_refuses_nobody(world: World) -> None:
    for route in socket_routes():
        if not route.placeholders:
            assert route.path in TELLS_AT_ONCE, f"add /{route.path} to TELLS_AT_ONCE, or ids to it"
            heard = asyncio.run(_hear(route, Opener("nobody"), f"/{route.path}"))
            assert heard[-1]["type"] == "websocket.close", heard


def test_events_of_another_tenant_reach_no_socket(world: World) -> None:
    admin = openers_of(world.attacker)[0]
    for route in socket_routes():
        if route.path in TELLS_AT_ONCE:
            heard = asyncio.run(_hear_events(route, admin, world))
            assert "of-ours" in str(heard), heard
            assert not _marks(heard, world.victim, ""), heard


async def _hear(route: Route, opener: Opener, url: str) -> list[dict[str, Any]]:
    """What the socket says after being opened and greeted, up to its first answer or its end."""
    socket = opener.open(url)
    opened, _detail = await socket.connect(timeout=DEADLINE_SECONDS)
    heard: list[dict[str, Any]] = [] if opened else [{"type": "websocket.close"}]
    if opened:
        await _greet(socket, route, opener)
        heard.append(await socket.receive_output(timeout=DEADLINE_SECONDS))
        if "error" in str(heard[-1]):
            heard.append(await socket.receive_output(timeout=DEADLINE_SECONDS))
    await socket.disconnect(timeout=DEADLINE_SECONDS)
    return heard


async def _greet(socket: WebsocketCommunicator, route: Route, opener: Opener) -> None:
    for prefix, message in FIRST_MESSAGES.items():
        if route.path.startswith(prefix):
            await socket.send_to(text_data=json.dumps(message(opener.secret)))
            return
    assert route.path in TELLS_AT_ONCE, f"add what is said first on /{route.path} to FIRST_MESSAGES"


async def _hear_events(route: Route, opener: Opener, world: World) -> list[dict[str, Any]]:
    """What arrives while events of the other tenant, then one of the own, are sent."""
    socket = opener.open(f"/{route.path}")
    await socket.connect(timeout=DEADLINE_SECONDS)
    heard = [await socket.receive_output(timeout=DEADLINE_SECONDS)]
    for topic in _topics(world.victim):
        await _send(world.victim.tenant_id, *topic, mark=f"{MARK}-{world.victim.tenant.slug}")
    await _send(world.attacker.tenant_id, "desk", mark="of-ours")
    while "of-ours" not in str(heard[-1]):
        heard.append(await socket.receive_output(timeout=DEADLINE_SECONDS))
    await socket.disconnect(timeout=DEADLINE_SECONDS)
    return heard


def _topics(side: Side) -> list[tuple[object, ...]]:
    return [("desk",), ("request", side.rows[AssistRequest].pk), ("session", side.rows[AssistSession].pk)]


async def _send(tenant_id: UUID, *topic: object, mark: str) -> None:
    event = {"type": "event", "kind": "test", "payload": {"mark": mark}}
    await get_channel_layer().group_send(group(tenant_id, *topic), event)


def _marks(heard: list[dict[str, Any]], side: Side, url: str) -> set[str]:
    return {mark for mark in side.marks() if mark in str(heard) and mark not in url}
