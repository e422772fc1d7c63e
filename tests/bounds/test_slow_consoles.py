"""Agents that grant nothing, or take nothing from their connection: nobody else waits, and nothing piles up."""

import asyncio
import contextlib
import random
import socket
import time
from typing import Any, Self
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from assist.channel.limits import CONSOLE_BACKLOG_BYTES, CONSOLE_MAX_WINDOW_BYTES, CONSOLE_WINDOW_BYTES
from assist.channel.protocol import HEADER_BYTES, MAX_FRAME_BYTES, FrameKind
from tests.bounds.memory import resident_bytes
from tests.bounds.neighbour import LATE_SECONDS, undisturbed
from tests.channel.peers import ConsolePeer, VisitorPeer
from tests.channel.scene import Scene

MIB = 1024 * 1024
FRAMES = 120  # 30 MiB
A_SNAPSHOT_EVERY = 20


class StuckConsole(ConsolePeer):
    """Says what a console says, and does not read: neither messages nor, once its buffers are full, bytes."""

    async def __aenter__(self) -> Self:
        to = urlsplit(self.url)
        self.tcp = socket.socket()
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        self.tcp.setblocking(False)
        await asyncio.get_running_loop().sock_connect(self.tcp, (to.hostname, to.port))
        self.socket = await connect(
            self.url,
            sock=self.tcp,
            origin=self.origin,
            additional_headers={"Cookie": self.cookie},
            compression=None,
            max_size=None,
            proxy=None,
            ping_interval=None,
            max_queue=1,
        )
        self._reading = asyncio.create_task(asyncio.sleep(0))
        await self.say("hello", version=1, credit=CONSOLE_MAX_WINDOW_BYTES)
        return self

    async def wake(self) -> None:
        """From now on it behaves."""
        self.window = CONSOLE_MAX_WINDOW_BYTES
        self._reading = asyncio.create_task(self._read())

    async def __aexit__(self, *exc: object) -> None:
        self.socket.transport.abort()
        await self._reading


def stuck(scene: Scene) -> StuckConsole:
    console = scene.console()
    return StuckConsole(console.url, origin=console.origin, cookie=console.cookie)


async def send_much(visitor: VisitorPeer, quick: ConsolePeer) -> float:
    """Returns how late the quick console had a frame at the worst, in seconds."""
    noise, worst = random.Random(1), 0.0
    for number in range(FRAMES):
        began = time.monotonic()
        if number % A_SNAPSHOT_EVERY == 0:
            await visitor.snapshot(f"snapshot {number}")
        seq = await visitor.send(FrameKind.OPERATIONS, noise.randbytes(MAX_FRAME_BYTES - HEADER_BYTES))
        await quick.until(lambda seq=seq: quick.seqs()[-1:] == [seq])
        await visitor.stored(seq)
        worst = max(worst, time.monotonic() - began)
    return worst


async def test_consoles_that_do_not_read_slow_nobody_and_fill_nothing(channel: Scene) -> None:
    assert channel.web.process
    async with contextlib.AsyncExitStack() as stack:
        visitor, quick, creditless = channel.visitor(), channel.console(), channel.console()
        stucks = [stuck(channel) for _ in range(4)]
        for peer in (visitor, quick, creditless):
            await stack.enter_async_context(peer)
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        creditless.is_slow = True
        await creditless.hello(credit=CONSOLE_WINDOW_BYTES)
        await quick.hello(credit=4 * MIB)
        await quick.until(lambda: len(quick.frames) == 2)
        for console in stucks:
            await stack.enter_async_context(console)
        await stack.enter_async_context(undisturbed(channel.web))
        before = resident_bytes(channel.web.process.pid)
        assert await send_much(visitor, quick) < LATE_SECONDS
        assert quick.seqs() == list(range(1, visitor.seq + 1))
        grown = resident_bytes(channel.web.process.pid) - before
        # Each may have its window on the way and its backlog waiting; without bounds it would be 120 MiB.
        assert grown < len(stucks) * CONSOLE_MAX_WINDOW_BYTES + CONSOLE_BACKLOG_BYTES + 32 * MIB
        assert creditless.received_bytes <= CONSOLE_WINDOW_BYTES
        await stucks[0].wake()
        await catches_up(stucks[0], visitor)
        creditless.is_slow = False
        await creditless.say("credit", bytes=creditless.received_bytes + creditless.window)
        await catches_up(creditless, visitor)


async def catches_up(console: ConsolePeer, visitor: VisitorPeer) -> None:
    """It is told what it missed, and starts over from the newest snapshot."""
    await console.until(lambda: console.seqs()[-1:] == [visitor.seq])
    assert (await console.heard("lagging"))["dropped_bytes"] > 0
    last_queue = [m for m in console.messages if m["type"] == "queue"][-1]
    frames = console.frames[-last_queue["frames"] :]
    assert [frame.kind for frame in frames[:2]] == [FrameKind.PAGE_ENTER, FrameKind.SNAPSHOT]
    assert len(frames) <= A_SNAPSHOT_EVERY + 3


async def test_console_that_grants_without_reading_is_cut_off(channel: Scene) -> None:
    """It says that it has read everything, and takes nothing."""
    assert channel.web.process
    async with channel.visitor() as visitor, channel.console() as quick, stuck(channel) as liar:
        await visitor.hello(token=channel.token)
        await visitor.enter()
        await visitor.stored(await visitor.snapshot())
        await quick.hello(credit=4 * MIB)
        await quick.until(lambda: len(quick.frames) == 2)
        lying = asyncio.create_task(grant_for_ever(liar))
        before = resident_bytes(channel.web.process.pid)
        assert await send_much(visitor, quick) < LATE_SECONDS
        assert resident_bytes(channel.web.process.pid) - before < 64 * MIB
        async with asyncio.timeout(10):
            await lying


async def grant_for_ever(liar: StuckConsole) -> None:
    """Until the server has closed the connection."""
    credit: Any = 0
    with contextlib.suppress(ConnectionClosed, OSError):
        while True:
            credit += CONSOLE_MAX_WINDOW_BYTES
            await liar.say("credit", bytes=credit)
            await asyncio.sleep(0.03)  # below the rate of messages
