"""The visitor's page follows its own request over a real socket."""

import asyncio
import contextlib
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from assist.requests.limits import SOCKET_MESSAGES_PER_SECOND, SOCKETS_PER_REQUEST
from tests.requests.visitor import ORIGIN
from tests.stack import LiveStack


@pytest.fixture
def asked(transactional_db: None) -> Any:
    from tests import factories
    from tests.requests.visitor import ask

    tenant = factories.tenant()
    return tenant, ask(tenant).json()


def open_socket(stack: LiveStack, request_id: str, *, origin: str = ORIGIN) -> Any:
    return connect(f"ws://localhost:{stack.port}/ws/assist/request/{request_id}/?language=en", origin=origin)


async def say(socket: ClientConnection, message: Any) -> dict[str, Any]:
    await socket.send(message if isinstance(message, str) else json.dumps(message))
    return json.loads(await asyncio.wait_for(socket.recv(), 10))


async def close_code(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(socket.recv(), 10)
    return closed.value.rcvd.code


async def test_state_comes_at_once_and_on_every_change(live_stack: LiveStack, asked: Any) -> None:
    from tests.requests.visitor import post

    _tenant, request = asked
    async with open_socket(live_stack, request["request_id"]) as socket:
        assert (await say(socket, {"type": "auth", "token": request["request_token"]}))["state"] == "pending"
        path = f"/assist/requests/{request['request_id']}/cancel/"
        await asyncio.to_thread(post, path, {}, token=request["request_token"])
        assert json.loads(await asyncio.wait_for(socket.recv(), 10))["state"] == "cancelled"


async def test_visitor_hears_in_time_that_nobody_answered(live_stack: LiveStack, asked: Any) -> None:
    """The sweep of the worker's beat: at most five seconds late."""
    from datetime import timedelta

    from django.utils import timezone

    from assist.requests.models import AssistRequest
    from helpdesk.tenants.context import run_in_tenant

    tenant, request = asked
    async with open_socket(live_stack, request["request_id"]) as socket:
        await say(socket, {"type": "auth", "token": request["request_token"]})
        soon = timezone.now() + timedelta(seconds=1)
        await run_in_tenant(tenant.pk, lambda: AssistRequest.objects.update(expires_at=soon))
        heard = json.loads(await asyncio.wait_for(socket.recv(), 30))
        late = (timezone.now() - soon).total_seconds()
    assert heard["state"] == "unanswered"
    assert late <= 5


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "auth", "token": "wrong"}, 4008),
        ({"type": "ping"}, 4000),
        ({"type": "auth", "token": 1}, 4000),
        ("[]", 4000),
        ("{", 4000),
        ("x" * 2000, 4000),
        ("[" * 1024, 4000),
        ({"type": "auth", "token": "\ud800"}, 4008),
    ],
)
async def test_bad_first_message_closes_with_its_code(
    live_stack: LiveStack, asked: Any, message: Any, code: int
) -> None:
    async with open_socket(live_stack, asked[1]["request_id"]) as socket:
        await socket.send(message if isinstance(message, str) else json.dumps(message))
        assert await close_code(socket) == code


async def test_another_origin_is_refused(live_stack: LiveStack, asked: Any) -> None:
    _tenant, request = asked
    async with open_socket(live_stack, request["request_id"], origin="https://elsewhere.example") as socket:
        await socket.send(json.dumps({"type": "auth", "token": request["request_token"]}))
        assert await close_code(socket) == 4009


async def test_flood_of_messages_closes(live_stack: LiveStack, asked: Any) -> None:
    _tenant, request = asked
    async with open_socket(live_stack, request["request_id"]) as socket:
        await say(socket, {"type": "auth", "token": request["request_token"]})
        with contextlib.suppress(ConnectionClosed):
            for _ in range(10 * SOCKET_MESSAGES_PER_SECOND):
                await socket.send('{"type":"ping"}')
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await asyncio.wait_for(socket.recv(), 10)
        assert closed.value.rcvd.code == 4005


async def test_more_sockets_of_one_request_than_it_may_have_are_refused(live_stack: LiveStack, asked: Any) -> None:
    _tenant, request = asked
    auth = {"type": "auth", "token": request["request_token"]}
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(SOCKETS_PER_REQUEST):
            socket = await stack.enter_async_context(open_socket(live_stack, request["request_id"]))
            await say(socket, auth)
        async with open_socket(live_stack, request["request_id"]) as one_more:
            await one_more.send(json.dumps(auth))
            assert await close_code(one_more) == 4007
        await socket.close()
        # One that has gone makes room.
        async with asyncio.timeout(10):
            while not await is_let_in(live_stack, request["request_id"], auth):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_socket_that_breaks_makes_room(asked: Any) -> None:
    """A send fails: nothing tells the consumer that its page is gone."""
    from uuid import UUID

    from prometheus_client import REGISTRY

    from assist.requests.consumers import RequestConsumer, _open

    _tenant, request = asked
    request_id = UUID(request["request_id"])
    auth = json.dumps({"type": "auth", "token": request["request_token"]})
    coming = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": auth}]
    counted = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0) if coming else await asyncio.Future()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            counted.append((_open[request_id], REGISTRY.get_sample_value("assist_request_sockets")))
            raise ConnectionAbortedError

    headers = [(b"origin", ORIGIN.encode())]
    scope = {"url_route": {"kwargs": {"request_id": request_id}}, "headers": headers, "query_string": b""}
    with pytest.raises(ConnectionAbortedError):
        await asyncio.wait_for(RequestConsumer()({**scope, "type": "websocket"}, receive, send), 20)
    assert counted == [(1, 1)]
    assert request_id not in _open
    assert REGISTRY.get_sample_value("assist_request_sockets") == 0


async def is_let_in(stack: LiveStack, request_id: str, auth: dict[str, Any]) -> bool:
    async with open_socket(stack, request_id) as socket:
        try:
            return (await say(socket, auth))["state"] == "pending"
        except ConnectionClosed:
            return False
