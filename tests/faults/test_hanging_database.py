"""A database that hangs: it takes connections and bytes, and answers nothing, so nothing but a clock tells."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from assist.channel.protocol import CLOSE_CODES, ErrorCode, FrameKind
from tests.channel.peers import ConsolePeer, VisitorPeer
from tests.faults.proxy import Proxy
from tests.webserver import WebServer

CALL_SECONDS, UNREAD_SECONDS = 1, 2
# Until a right is read anew, and for a call that hangs; the rest is for a busy machine.
LATEST_SECONDS = UNREAD_SECONDS + 5 + CALL_SECONDS + 7
# More than the process has threads for the database.
MANY = 12


@pytest.fixture
def line() -> Iterator[Proxy]:
    """Between the web process and its database."""
    proxy = Proxy([urlsplit(os.environ["DATABASE_URL"]).port or 5432])
    yield proxy
    proxy.stop()


@pytest.fixture
def channel(line: Proxy, tmp_path: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A session at a web process of its own, with short patience."""
    from tests.channel.scene import make_scene

    given = urlsplit(os.environ["DATABASE_URL"])
    monkeypatch.setenv("DATABASE_URL", given._replace(netloc=f"{given.netloc.rpartition(':')[0]}:{line.port}").geturl())
    monkeypatch.setenv("DATABASE_CALL_SECONDS", str(CALL_SECONDS))
    monkeypatch.setenv("RIGHT_UNREAD_SECONDS", str(UNREAD_SECONDS))
    web = WebServer(tmp_path)
    web.start()
    yield make_scene(web)
    line.release()
    web.stop()


async def refused(peer: VisitorPeer, token: str) -> float:
    """How long a newcomer waits until it knows to try again."""
    began = time.monotonic()
    async with peer:
        with pytest.raises((TimeoutError, ConnectionClosed)):
            await peer.hello(token=token)
        await peer.closed()
    return time.monotonic() - began


async def test_callers_are_answered_and_threads_get_free_while_the_database_hangs(channel: Any, line: Proxy) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        line.hold(new_ones=True)
        operated = await visitor.operate("scroll", 1, 1, 0, 5)
        await console.until(lambda: operated in console.seqs(FrameKind.OPERATIONS))
        newcomers = [refused(channel.visitor(), "no matter which") for _ in range(MANY)]
        assert max(await asyncio.gather(*newcomers)) < 15
        line.release()
        async with channel.visitor() as other:
            await other.hello(token=channel.token)


async def test_console_closes_when_the_right_to_watch_can_not_be_read(channel: Any, line: Proxy) -> None:
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        line.hold(new_ones=True)
        began = time.monotonic()
        assert await console.closed(within_seconds=LATEST_SECONDS) == CLOSE_CODES[ErrorCode.RIGHT_UNREAD]
        assert console.errors() == [ErrorCode.RIGHT_UNREAD]
        assert time.monotonic() - began >= UNREAD_SECONDS
        line.release()
        async with channel.console() as again:
            assert isinstance(again, ConsolePeer)
            await again.hello()
