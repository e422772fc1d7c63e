"""The web process is killed, Valkey loses its memory: the session goes on, and the archive has every frame once."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidMessage

from assist.channel.protocol import CLOSE_CODES, ErrorCode, Frame, FrameKind, decode_frame
from assist.channel.valkey import sync_client
from recordings.archive import actions, journal
from tests.channel.peers import VisitorPeer
from tests.channel.scene import Scene
from tests.webserver import WebServer


@pytest.fixture
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """One of the test's own, since it is killed."""
    server = WebServer(tmp_path_factory.mktemp("web"))
    server.start()
    yield server
    server.stop()


class Keeper:
    """As the loader: keeps what it sent until it is durable, connects again, and sends again from `stored` on."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tab = 0
        self.sent: dict[int, bytes] = {}
        self.acknowledged = 0

    @contextlib.asynccontextmanager
    async def connected(self) -> Any:
        async with await self._connect() as visitor:
            welcome = await visitor.hello(token=self.scene.token, tab=self.tab)
            self.tab = welcome["tab"]
            visitor.seq = max(self.sent, default=0)
            for seq in sorted(self.sent):
                if seq > welcome["stored"]:
                    await visitor.socket.send(self.sent[seq])
            yield visitor
            self.note(visitor)

    async def _connect(self) -> VisitorPeer:
        async with asyncio.timeout(20):
            while True:
                visitor = self.scene.visitor()
                try:
                    await visitor.__aenter__()
                except (OSError, InvalidMessage):
                    await asyncio.sleep(0.05)  # the server is starting
                    continue
                return Connected(visitor)  # type: ignore[return-value]

    def note(self, visitor: VisitorPeer) -> None:
        acks = [m["stored"] for m in visitor.messages if m["type"] == "ack"]
        self.acknowledged = max([self.acknowledged, *acks])

    async def send(self, visitor: VisitorPeer, number: int) -> None:
        data = visitor.frame(FrameKind.OPERATIONS, f"frame {number}".encode())
        self.sent[visitor.seq] = data
        with contextlib.suppress(ConnectionClosed):
            await visitor.socket.send(data)


class Connected:
    """An open peer as a context."""

    def __init__(self, visitor: VisitorPeer) -> None:
        self.visitor = visitor

    async def __aenter__(self) -> VisitorPeer:
        return self.visitor

    async def __aexit__(self, *exc: object) -> None:
        await self.visitor.__aexit__()


def archived(scene: Scene) -> list[Frame]:
    scene.end()
    actions.close_archive(scene.tenant.id, scene.session_id, now=timezone.now())
    entries = scene.journal()
    assert journal.missing_ranges(entries) == []
    return [frame for frame in (decode_frame(entry.frame) for entry in entries) if frame.seq]


def write_segment(scene: Scene) -> None:
    assert actions.write_segment(scene.tenant.id, scene.session_id, now=timezone.now(), whole=True)


async def test_session_goes_on_after_the_web_process_is_killed(channel: Scene) -> None:
    keeper = Keeper(channel)
    for round_number in range(3):
        async with keeper.connected() as visitor:
            for number in range(200):
                await keeper.send(visitor, number)
                if number == 150:
                    await visitor.stored(visitor.seq - 100)
            channel.web.kill()
            await visitor.closed()
        channel.web.start()
        if round_number == 1:
            await sync_to_async(write_segment)(channel)
    async with keeper.connected() as visitor:
        await visitor.until(lambda: keeper.note(visitor) or keeper.acknowledged >= 600 or at_end(visitor, 600))
    frames = await sync_to_async(archived)(channel)
    assert [frame.seq for frame in frames] == list(range(1, 601))
    assert all(keeper.sent[frame.seq].endswith(frame.payload) for frame in frames)


def at_end(visitor: VisitorPeer, seq: int) -> bool:
    return any(m["type"] == "welcome" and m["stored"] >= seq for m in visitor.messages)


async def test_visitor_sends_again_from_durable_when_valkey_lost_its_memory(channel: Scene) -> None:
    keeper = Keeper(channel)
    async with keeper.connected() as visitor:
        for number in range(20):
            await keeper.send(visitor, number)
        await visitor.stored(20)
        await sync_to_async(write_segment)(channel)
        for number in range(20):
            await keeper.send(visitor, number)
        await visitor.stored(40)
        await sync_to_async(sync_client().flushdb)()
        await keeper.send(visitor, 0)
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.FORGOTTEN]
    async with keeper.connected() as visitor:
        assert (await visitor.heard("welcome"))["stored"] == 20
        await visitor.stored(41)
        await visitor.heard("resync")
    frames = await sync_to_async(archived)(channel)
    assert [frame.seq for frame in frames] == list(range(1, 42))
