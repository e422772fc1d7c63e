"""Requests and moments that are rare, and must not be errors or be counted twice."""

from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from helpdesk import daphne_bounds
from helpdesk.bounds import BoundedBodies
from helpdesk.daphne_bounds import BoundedRequest, BoundedSocket


async def status_of(path: str, length: bytes) -> int:
    said: list[dict[str, Any]] = []

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})

    async def receive() -> dict[str, Any]:
        raise AssertionError("nothing is read")

    async def send(message: Any) -> None:
        said.append(dict(message))

    scope = {"type": "http", "path": path, "headers": [(b"content-length", length)]}
    await BoundedBodies(application)(scope, receive, send)
    return int(said[0]["status"])


async def test_path_without_a_slash_has_the_usual_bound() -> None:
    assert await status_of("*", b"0") == 204
    assert await status_of("*", b"99999999") == 413


@pytest.mark.parametrize("length", [b"9" * 20, b"9" * 5000])
async def test_length_that_no_number_can_hold_is_refused(length: bytes) -> None:
    assert await status_of("/", length) == 413


class Cut(BoundedSocket):  # type: ignore[misc]
    """A socket whose reader takes nothing."""

    _is_stuck, _is_cut, _unsent_bytes = True, False, 0
    drops = 0

    def dropConnection(self, abort: bool = False) -> None:
        self.drops += 1


def test_socket_that_was_cut_is_counted_once() -> None:
    before = REGISTRY.get_sample_value("bounds_reached_total", {"bound": "socket_out"}) or 0
    socket = Cut()
    for _ in range(3):
        socket.serverSend(bytes(daphne_bounds.UNSENT_BYTES + 1), True)
    assert socket.drops == 1
    assert REGISTRY.get_sample_value("bounds_reached_total", {"bound": "socket_out"}) == before + 1


class Channel:
    """What a request knows of its connection."""

    def __init__(self, *earlier: object) -> None:
        self.written: list[bytes] = []
        self.is_closed = False
        self.transport = SimpleNamespace(write=self.written.append)
        self.factory = SimpleNamespace(server=SimpleNamespace(protocol_connected=lambda _request: None))
        self.requests = list(earlier)

    def getPeer(self) -> None:
        return None

    getHost = getPeer

    def loseConnection(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(("earlier", "written"), [([], [daphne_bounds.TOO_LARGE]), ([object()], [])])
def test_refusal_is_not_written_into_the_answer_before_it(earlier: list[object], written: list[bytes]) -> None:
    channel = Channel(*earlier)
    request = BoundedRequest(channel)
    channel.requests.append(request)
    request.gotLength(10**12)
    assert channel.written == written
    assert channel.is_closed
