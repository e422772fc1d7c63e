"""Valkey can't be reached for a while: who is there waits, who comes is told to come again, and nothing is lost."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from asgiref.sync import sync_to_async

from assist.channel.protocol import CLOSE_CODES, PROTOCOL_VERSION, ErrorCode, decode_frame
from tests.channel.eventually import eventually
from tests.channel.weblog import WebLog
from tests.faults.proxy import Proxy
from tests.webserver import WebServer

UNAVAILABLE = CLOSE_CODES[ErrorCode.UNAVAILABLE]
NO_VISITOR = 'assist_sockets{side="visitor"} 0.0'


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


def metrics(channel: Any) -> str:
    return httpx.get(f"http://127.0.0.1:{channel.web.port}/metrics").text


def stored_seqs(channel: Any) -> list[int]:
    frames = [decode_frame(entry.frame) for entry in channel.journal()]
    return [frame.seq for frame in frames if frame.seq]


async def test_last_frames_of_a_closed_connection_are_stored_when_valkey_is_back(channel: Any, line: Line) -> None:
    log = WebLog(channel.web.log)
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        await sync_to_async(line.break_off)()
        await visitor.operate("scroll", 1, 1, 0, 1)
        await eventually(lambda: any("frames wait" in line for line in log.lines()))
        for number in range(3):
            last = await visitor.operate("scroll", 2, 1, 0, number)
    await eventually(lambda: NO_VISITOR in metrics(channel))
    line.come_back()
    await eventually(lambda: last in stored_seqs(channel))
    assert await sync_to_async(stored_seqs)(channel) == list(range(1, last + 1))


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
    for _ in range(20):
        if await is_served(channel):
            return
    raise AssertionError("the process is not connected as before")


async def is_served(channel: Any) -> bool:
    """Whether a visitor and a console can work; False when one of them is to come again."""
    async with channel.visitor() as visitor, channel.console() as console:
        try:
            await visitor.hello(token=channel.token)
            await console.hello()
        except TimeoutError:
            assert UNAVAILABLE in (visitor.closed_with, console.closed_with)
            return False
        await visitor.stored(await visitor.enter())
        await console.until(lambda: console.frames)
    return True


async def test_console_catches_up_when_every_connection_is_half_open(channel: Any, line: Line) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        await console.hello()
        await console.until(lambda: console.seqs()[-1:] == [visitor.seq])
        await sync_to_async(line.proxy.hold)()
        last = await visitor.operate("scroll", 1, 1, 0, 1)
        await visitor.stored(last, within_seconds=30)
        await console.until(lambda: console.seqs()[-1:] == [last], within_seconds=30)
