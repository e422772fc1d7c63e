"""Valkey can't be reached for a while: who is there waits, who comes is told to come again, and nothing is lost."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async

from assist.channel.protocol import CLOSE_CODES, PROTOCOL_VERSION, ErrorCode
from tests.faults.proxy import Proxy
from tests.webserver import WebServer

UNAVAILABLE = CLOSE_CODES[ErrorCode.UNAVAILABLE]


class Line:
    """Between the web process and Valkey."""

    def __init__(self, port: int) -> None:
        self._port, self.proxy = port, Proxy([port])

    def break_off(self) -> None:
        """Connections are closed, and new ones as soon as they are open."""
        self.proxy.backends.clear()
        self.proxy.cut()

    def come_back(self) -> None:
        self.proxy.backends.append(self._port)


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line(urlsplit(os.environ["REDIS_URL"]).port or 6379)
    yield made
    made.proxy.stop()


@pytest.fixture
def channel(line: Line, tmp_path: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A session at a web process of its own."""
    from tests.channel.scene import make_scene

    given = urlsplit(os.environ["REDIS_URL"])
    netloc = f"{given.netloc.rpartition(':')[0]}:{line.proxy.port}"
    monkeypatch.setenv("REDIS_URL", given._replace(netloc=netloc).geturl())
    web = WebServer(tmp_path)
    web.start()
    yield make_scene(web)
    web.stop()


async def test_who_comes_while_valkey_is_away_is_told_to_come_again(channel: Any, line: Line) -> None:
    async with channel.visitor() as early:
        await early.hello(token=channel.token)
        await early.stored(await early.enter())
    await sync_to_async(line.break_off)()
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.greet(token=channel.token)
        await console.say("hello", version=PROTOCOL_VERSION, credit=8 * 2**20)
        for peer in (visitor, console):
            assert await peer.closed() == UNAVAILABLE
            assert peer.errors() == [ErrorCode.UNAVAILABLE]
    line.come_back()
    assert "Exception inside application" not in channel.web.log.read_text()
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await visitor.stored(await visitor.enter())
        await console.hello()
        await console.until(lambda: console.frames)
