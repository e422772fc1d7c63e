"""Bodies that are larger than anything here takes: answered early, never kept, and harmless for others."""

import asyncio
import contextlib
import socket
import time
from typing import Any

import pytest

from helpdesk.bounds import BoundedBodies
from tests.bounds.memory import resident_bytes
from tests.bounds.neighbour import undisturbed
from tests.channel.scene import Scene
from tests.webserver import WebServer

MIB = 1024 * 1024
GIB = 1024 * MIB


def head(web: WebServer, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", f"Host: localhost:{web.port}", *lines, "", ""]).encode()


def told(web: WebServer, head: bytes, *pieces: bytes) -> bytes:
    """The beginning of the answer; what the server no longer takes is left."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as made:
        with contextlib.suppress(ConnectionError):
            made.sendall(head)
            for piece in pieces:
                made.sendall(piece)
        with contextlib.suppress(ConnectionResetError):
            return made.recv(4096)
    return b""


@pytest.mark.parametrize(
    ("path", "size", "code"),
    [
        ("/assist/requests/", 100_000, b"body_too_large"),
        ("/assist/requests/", GIB, b""),
        ("/api/v1/tickets/", 5 * MIB, b"body_too_large"),
        ("/accounts/login/", GIB, b""),
    ],
)
async def test_body_that_says_it_is_too_large_is_refused_before_it_comes(
    web: WebServer, path: str, size: int, code: bytes
) -> None:
    lines = head(web, path, f"Content-Length: {size}", "Origin: https://shop.example")
    # Daphne hands a body over when it is whole, unless it is too large for any path.
    body = b"x" * size if size < GIB else b""
    answer = await asyncio.to_thread(told, web, lines, body)
    assert answer.startswith(b"HTTP/1.1 413")
    assert code in answer


async def test_endless_body_is_cut_off(channel: Scene) -> None:
    """In pieces, so that nothing says how much will come."""
    web = channel.web
    assert web.process
    before = resident_bytes(web.process.pid)
    piece = b"100000\r\n" + b"x" * MIB + b"\r\n"
    async with undisturbed(web):
        lines = head(web, "/assist/requests/", "Transfer-Encoding: chunked")
        answer = await asyncio.to_thread(told, web, lines, *[piece] * 200)
    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    assert resident_bytes(web.process.pid) - before < 64 * MIB


async def test_body_in_pieces_is_read_no_further_than_its_path_allows() -> None:
    """As under uvicorn and granian, which hand a body on as it comes."""
    said: list[dict[str, Any]] = []
    given = 0

    async def receive() -> dict[str, Any]:
        nonlocal given
        given += 8192
        return {"type": "http.request", "body": bytes(8192), "more_body": True}

    async def send(message: Any) -> None:
        said.append(dict(message))

    async def application(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["more_body"]:
            pass

    scope = {"type": "http", "path": "/assist/requests/", "headers": []}
    await BoundedBodies(application)(scope, receive, send)
    assert said[0]["status"] == 413
    assert given <= 64 * 1024 + 8192


def test_answer_that_breaks_off_is_seen_to_be_broken(web_of: Any) -> None:
    """The reader of a stream whose source fails must neither wait for ever nor take a part for the whole."""
    with socket.create_connection(("127.0.0.1", web_of), timeout=20) as made:
        made.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        heard, began = b"", time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            while piece := made.recv(4096):
                heard += piece
        assert time.monotonic() - began < 15
    assert b"first" in heard
    assert not heard.endswith(b"0\r\n\r\n")


@pytest.fixture
def web_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    server = WebServer(tmp_path_factory.mktemp("web"), application="tests.bounds.broken:application")
    server.start()
    yield server.port
    server.stop()
