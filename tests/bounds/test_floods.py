"""People who send, open and ask for more than they may: each is refused with its code, and counted."""

import asyncio
import contextlib
import json
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from assist.channel.limits import (
    BURST_SECONDS,
    HELLOS_BURST_SECONDS,
    HELLOS_PER_SECOND,
    MESSAGES_PER_SECOND,
    PAGES_BURST_SECONDS,
    PAGES_PER_SECOND,
    SESSION_CONSOLES,
    SESSION_SOCKETS,
    WELCOME_PAGES,
    WRONG_TOKENS_BURST_SECONDS,
    WRONG_TOKENS_PER_SECOND,
)
from assist.channel.protocol import CLOSE_CODES, HEADER_BYTES, MAX_FRAME_BYTES, ErrorCode, FrameKind
from assist.pages.queries import pages_of
from helpdesk.tenants.context import tenant_scope
from tests.bounds.memory import resident_bytes
from tests.bounds.neighbour import undisturbed
from tests.channel.eventually import eventually
from tests.channel.peers import ORIGIN, VIEWPORT, WAIT_SECONDS, ConsolePeer, Peer, VisitorPeer
from tests.channel.scene import Scene
from tests.webserver import WebServer

SOCKETS = 500
SHUT_OUT = {CLOSE_CODES[ErrorCode.NOT_ALLOWED], CLOSE_CODES[ErrorCode.RATE_EXCEEDED]}


async def counted(web: WebServer, name: str, **labels: str) -> float:
    """The sum over all lines of /metrics that have these labels."""
    text = await asyncio.to_thread(_metrics, web)
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    lines = [line for line in text.splitlines() if line.startswith(name) and all(part in line for part in wanted)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def _metrics(web: WebServer) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{web.port}/metrics", timeout=20) as answer:
        return str(answer.read().decode())


@contextlib.asynccontextmanager
async def is_counted(web: WebServer, side: str, code: str) -> Any:
    before = await counted(web, "assist_errors_total", side=side, code=code)
    yield
    assert await counted(web, "assist_errors_total", side=side, code=code) > before


@pytest.mark.parametrize("side", ["visitor", "console"])
async def test_flood_of_texts_closes(channel: Scene, side: str) -> None:
    async with undisturbed(channel.web), is_counted(channel.web, side, ErrorCode.RATE_EXCEEDED):  # noqa: SIM117
        async with channel.visitor() as visitor, channel.console() as console:
            await visitor.hello(token=channel.token)
            await console.hello()
            peer: Peer = visitor if side == "visitor" else console
            with contextlib.suppress(ConnectionClosed):
                for number in range(3 * MESSAGES_PER_SECOND * BURST_SECONDS):
                    await peer.say("ping", time=number)
            assert await peer.closed() == CLOSE_CODES[ErrorCode.RATE_EXCEEDED]


async def test_flood_of_frames_closes(channel: Scene) -> None:
    """Small ones, within the window: the rate is what stops them."""
    async with undisturbed(channel.web), is_counted(channel.web, "visitor", ErrorCode.RATE_EXCEEDED):  # noqa: SIM117
        async with channel.visitor() as visitor:
            await visitor.hello(token=channel.token)
            await visitor.enter()
            with contextlib.suppress(ConnectionClosed):
                for _ in range(12_000):
                    await visitor.send(FrameKind.OPERATIONS, b"x")
            assert await visitor.closed() == CLOSE_CODES[ErrorCode.RATE_EXCEEDED]


def rows_of(scene: Scene) -> int:
    with tenant_scope(scene.tenant.id):
        return pages_of(scene.session_id).count()


async def is_closed_for_pages(channel: Scene, come: Callable[[VisitorPeer, int], Awaitable[int]]) -> None:
    """A visitor who comes to more of them than may be."""
    async with undisturbed(channel.web), is_counted(channel.web, "visitor", ErrorCode.RATE_EXCEEDED):  # noqa: SIM117
        async with channel.visitor() as visitor:
            await visitor.hello(token=channel.token)
            most = 2 * PAGES_PER_SECOND * PAGES_BURST_SECONDS
            with contextlib.suppress(ConnectionClosed):
                for page in range(1, most + 1):
                    await come(visitor, page)
            assert await visitor.closed() == CLOSE_CODES[ErrorCode.RATE_EXCEEDED]


async def test_flood_of_pages_closes_and_a_welcome_has_the_newest(channel: Scene) -> None:
    """Each is a row of the database: their rate is a lower one."""
    await is_closed_for_pages(channel, lambda visitor, page: visitor.enter(page=page))
    await eventually(lambda: rows_of(channel) > WELCOME_PAGES)
    async with channel.console() as console:
        pages = (await console.hello())["pages"]
        assert len(pages) == WELCOME_PAGES
        assert pages == sorted(pages, key=lambda page: (page["entered_at"], page["page"]))


async def test_flood_of_returns_to_pages_that_nobody_has_entered_closes(channel: Scene) -> None:
    """Each of those makes a row as well."""
    payload = {"url": f"{ORIGIN}/", "title": "", "kind": "html", "viewport": VIEWPORT, "checkpoint": "", "at_seq": 1}

    def come_back(visitor: VisitorPeer, page: int) -> Awaitable[int]:
        return visitor.send(FrameKind.HISTORY, json.dumps(payload).encode(), page=page)

    await is_closed_for_pages(channel, come_back)


async def test_more_than_a_visitor_may_send_at_once_is_neither_taken_nor_held(channel: Scene) -> None:
    """Two hundred windows before the hello is even answered: they stay at the visitor's side."""
    assert channel.web.process
    before = resident_bytes(channel.web.process.pid)
    async with undisturbed(channel.web), channel.visitor() as visitor:
        hello = {"version": 1, "token": channel.token, "tab": 0, "capture": "", "injection": "inline", "time": 0}
        await visitor.socket.send(json.dumps({"type": "hello", **hello, "loader": "1"}))
        with contextlib.suppress(ConnectionClosed):
            for _ in range(800):
                await visitor.send(FrameKind.OPERATIONS, bytes(MAX_FRAME_BYTES - HEADER_BYTES))
        assert await visitor.closed() == CLOSE_CODES[ErrorCode.BAD_FRAME]  # the tab is not known yet
    assert resident_bytes(channel.web.process.pid) - before < 64 * 1024 * 1024


async def test_hundreds_of_sockets_of_one_visitor_are_refused(channel: Scene) -> None:
    async with undisturbed(channel.web), is_counted(channel.web, "visitor", ErrorCode.NOT_ALLOWED):
        async with contextlib.AsyncExitStack() as stack:
            visitors = [channel.visitor() for _ in range(SOCKETS)]
            await asyncio.gather(*(greet(visitor, stack, token=channel.token) for visitor in visitors))
            welcomed = [visitor for visitor in visitors if visitor.tab]
            refused = [visitor.closed_with for visitor in visitors if not visitor.tab]
            assert len(welcomed) <= SESSION_SOCKETS
            assert set(refused) <= SHUT_OUT
            assert len(refused) == SOCKETS - len(welcomed)
        # The visitor's own next page is not shut out: it comes again, as the loader does, until it has its turn.
        async with asyncio.timeout(WAIT_SECONDS):
            while not await is_welcome(channel, tab=welcomed[0].tab):
                pass


async def is_welcome(scene: Scene, *, tab: int) -> bool:
    async with contextlib.AsyncExitStack() as stack:
        visitor = scene.visitor()
        await greet(visitor, stack, token=scene.token, tab=tab)
        assert visitor.tab or visitor.closed_with in SHUT_OUT
        return bool(visitor.tab)


async def greet(visitor: VisitorPeer, stack: contextlib.AsyncExitStack, **hello: Any) -> None:
    await stack.enter_async_context(visitor)
    with contextlib.suppress(ConnectionClosed):
        await visitor.greet(**hello)
    await visitor.until(lambda: visitor.closed_with or [m for m in visitor.messages if m["type"] == "welcome"])
    visitor.tab = next((m["tab"] for m in visitor.messages if m["type"] == "welcome"), 0)


async def flood(scene: Scene, sessions: Callable[[], UUID], **hello: Any) -> Counter[int | None]:
    """Hellos from an address of their own until one is too many; how each of them was closed."""
    closes: Counter[int | None] = Counter()
    while not closes[CLOSE_CODES[ErrorCode.RATE_EXCEEDED]]:
        async with contextlib.AsyncExitStack() as stack:
            peers = [replace(scene, session_id=sessions()).visitor(address="127.0.0.9") for _ in range(50)]
            await asyncio.gather(*(greet(peer, stack, **hello) for peer in peers))
            closes.update(peer.closed_with for peer in peers)
        assert closes.total() < 4000, "hellos come at any rate"
    return closes


async def test_many_who_claim_another_session_are_refused(channel: Scene) -> None:
    """Once too many tokens were wrong no further one of that address is looked up, whichever session it is for."""
    async with (
        undisturbed(channel.web),
        is_counted(channel.web, "visitor", ErrorCode.BAD_TOKEN),
        is_counted(channel.web, "visitor", ErrorCode.RATE_EXCEEDED),
    ):
        closes = await flood(channel, uuid4, token="guessed")
        assert closes.keys() == {CLOSE_CODES[ErrorCode.BAD_TOKEN], CLOSE_CODES[ErrorCode.RATE_EXCEEDED]}
        assert closes[CLOSE_CODES[ErrorCode.BAD_TOKEN]] >= WRONG_TOKENS_PER_SECOND * WRONG_TOKENS_BURST_SECONDS
        async with channel.visitor() as visitor:
            await visitor.hello(token=channel.token)


async def test_more_hellos_of_a_session_than_its_tabs_can_have_are_refused(channel: Scene) -> None:
    async with undisturbed(channel.web), is_counted(channel.web, "visitor", ErrorCode.RATE_EXCEEDED):
        closes = await flood(channel, lambda: channel.session_id, token=channel.token, version=99)
        assert closes.keys() == {CLOSE_CODES[ErrorCode.VERSION], CLOSE_CODES[ErrorCode.RATE_EXCEEDED]}
        assert closes[CLOSE_CODES[ErrorCode.VERSION]] >= HELLOS_PER_SECOND * HELLOS_BURST_SECONDS
        async with channel.visitor() as visitor:
            await visitor.hello(token=channel.token)


async def test_more_consoles_than_may_watch_are_refused(channel: Scene) -> None:
    """All at once, so that counting before entering would let them all in."""
    async with contextlib.AsyncExitStack() as stack:
        consoles = [await stack.enter_async_context(channel.console()) for _ in range(SESSION_CONSOLES + 8)]
        await asyncio.gather(*(enter(console) for console in consoles))
        closed = [console.closed_with for console in consoles if console.closed_with]
        assert closed == [CLOSE_CODES[ErrorCode.NOT_ALLOWED]] * 8


async def enter(console: ConsolePeer) -> None:
    await console.say("hello", version=1, credit=4 * MAX_FRAME_BYTES)
    await console.until(lambda: console.closed_with or [m for m in console.messages if m["type"] == "welcome"])


async def test_message_larger_than_any_is_not_even_taken(channel: Scene) -> None:
    async with undisturbed(channel.web), channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        with contextlib.suppress(ConnectionClosed):
            await visitor.socket.send(bytes(64 * 1024 * 1024))
        assert await visitor.closed()
