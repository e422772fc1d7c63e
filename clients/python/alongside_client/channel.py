"""The visitor's end of the assist channel (docs/protocol.md): connects, keeps, sends again, and tells what it hears."""

import asyncio
import contextlib
import json
import random
import time
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Origin

from alongside_client.outbox import Outbox
from alongside_client.wire import FINAL, FRAME_REFUSED, INJECTION, PROTOCOL_VERSION, CloseCode

PING_EVERY_SECONDS = 10.0
SILENCE_SECONDS = 5.0
BUSY_SILENCE_SECONDS = 15.0
END_WAIT_SECONDS = 5.0
FIRST_RETRY_SECONDS = 0.3
LONGEST_RETRY_SECONDS = 2.5
# A connection that was refused sooner does not count as one: the next try waits longer.
STEADY_SECONDS = 5.0
MESSAGE_MAX_BYTES = 4 * 1024 * 1024


class ChannelEvents(Protocol):
    """Whom the channel tells what it hears; every call in the channel's event loop."""

    def welcomed(self, welcome: dict[str, Any]) -> None: ...
    def heard(self, kind: str, message: dict[str, Any]) -> None:
        """`watchers`, `asset_want`, `resync`, `paused`, `front`."""

    def offline(self) -> None: ...
    def given_up(self) -> None:
        """Frames are lost: the page has to be sent whole."""

    def ended(self, reason: str) -> None: ...
    def rules_known(self) -> str:
        """SHA-256 of the rules that are here already, or an empty text."""


class Channel:
    def __init__(self, *, url: str, token: str, origin: str, client: str, events: ChannelEvents) -> None:
        self.tab = 0
        self.outbox: Outbox | None = None
        self._url, self._token, self._origin, self._client = url, token, origin, client
        self._events = events
        self._socket: ClientConnection | None = None
        self._is_open = self._is_over = self._is_ending = False
        self._credit = self._used = 0
        self._heard_at = self._welcomed_at = 0.0
        self._tries = 0
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost, until the session is over."""
        while not self._is_over:
            code = await self._connect_once()
            if not self._is_over:
                await self._wait(code)

    def send(self, kind: int, page: int, payload: bytes, flags: int = 0) -> int:
        """Queue a frame; the seq that it got."""
        assert self.outbox, "The channel has not been welcomed yet."
        seq = self.outbox.push(kind, page, payload, flags)
        self._ready.set()
        return seq

    def say(self, kind: str, **fields: Any) -> bool:
        """Send a text message if there is a connection."""
        if not self._is_open or not self._socket:
            return False
        self._spawn(self._say(self._socket, kind, **fields))
        return True

    def backlog_bytes(self) -> int:
        return self.outbox.unsent_bytes() if self.outbox else 0

    def end(self) -> None:
        """The visitor ends the session: what was captured goes out before it."""
        self._is_ending = True
        self._ready.set()

    def abandon(self) -> None:
        """Close without a word, as when the application ends: the session waits for its grace period."""
        self._is_over = True
        self._ready.set()
        if self._socket:
            self._spawn(self._socket.close())

    async def _connect_once(self) -> int:
        """The code that the connection was closed with, 0 when there was none."""
        try:
            async with connect(
                self._url, origin=Origin(self._origin), compression=None, max_size=MESSAGE_MAX_BYTES, ping_interval=None
            ) as socket:
                self._socket = socket
                await self._talk(socket)
                return socket.close_code or 0
        except (OSError, InvalidHandshake, InvalidURI, ConnectionClosed, TimeoutError):
            return (self._socket.close_code or 0) if self._socket else 0
        finally:
            self._socket, was_open, self._is_open = None, self._is_open, False
            if was_open and time.monotonic() - self._welcomed_at > STEADY_SECONDS:
                self._tries = 0

    async def _talk(self, socket: ClientConnection) -> None:
        self._heard_at = time.monotonic()
        await self._greet(socket)
        helpers = [asyncio.create_task(self._write(socket)), asyncio.create_task(self._watch(socket))]
        try:
            async for message in socket:
                self._heard_at = time.monotonic()
                if isinstance(message, str):
                    self._hear(json.loads(message))
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _greet(self, socket: ClientConnection) -> None:
        await self._say(
            socket,
            "hello",
            version=PROTOCOL_VERSION,
            token=self._token,
            tab=self.tab,
            capture=self._events.rules_known(),
            injection=INJECTION,
            time=time.time() * 1000,
            loader=self._client,
        )

    async def _say(self, socket: ClientConnection, kind: str, **fields: Any) -> None:
        with contextlib.suppress(ConnectionClosed):
            await socket.send(json.dumps({"type": kind, **fields}))

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message.pop("type")
        if kind == "welcome":
            self._welcomed(message)
        elif kind == "ack" and self.outbox:
            self.outbox.acknowledge(message["stored"], message["durable"])
            self._credit = message["credit"]
            self._ready.set()
        elif kind == "error":
            self._hear_error(message)
        elif kind == "ping":
            self.say("ping", time=time.time() * 1000)
        elif kind == "ended":
            self._finish(message["reason"])
        elif kind != "pong":
            self._events.heard(kind, message)

    def _welcomed(self, welcome: dict[str, Any]) -> None:
        self._is_open, self._welcomed_at = True, time.monotonic()
        self._used, self._credit, self.tab = 0, welcome["credit"], welcome["tab"]
        self.outbox = self.outbox or Outbox(self.tab, on_given_up=self._events.given_up)
        self.outbox.resume(welcome["stored"], welcome["durable"])
        self._ready.set()
        if not self._is_ending:
            self._events.welcomed(welcome)

    def _hear_error(self, error: dict[str, Any]) -> None:
        if error.get("reason"):
            self._finish(error["reason"])
        elif "expected" in error and self.outbox:
            if error["code"] in FRAME_REFUSED:
                self.outbox.give_up(error["expected"], error["code"])
            else:
                self.outbox.rewind(error["expected"])
            self._ready.set()

    async def _write(self, socket: ClientConnection) -> None:
        """Frames as far as there is credit; after the last one the end, when it is due."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._ready.wait()
                self._ready.clear()
                while self._is_open and self.outbox and (data := self.outbox.take(self._credit - self._used)):
                    self._used += len(data)
                    await socket.send(data)
                if self._is_over:
                    await socket.close()
                elif self._is_open and self._is_ending and not self.backlog_bytes():
                    await self._say(socket, "end", reason="visitor_ended")
                    await asyncio.sleep(END_WAIT_SECONDS)
                    await socket.close()

    async def _watch(self, socket: ClientConnection) -> None:
        """A connection that is half open never closes by itself: silence after a ping tells."""
        while True:
            await asyncio.sleep(PING_EVERY_SECONDS)
            asked_at = time.monotonic()
            await self._say(socket, "ping", time=time.time() * 1000)
            await asyncio.sleep(BUSY_SILENCE_SECONDS if self.backlog_bytes() else SILENCE_SECONDS)
            if self._heard_at < asked_at:
                socket.transport.abort()

    async def _wait(self, code: int) -> None:
        if code in FINAL:
            self._finish(FINAL[CloseCode(code)])
            return
        if code != CloseCode.MOVED:
            self._events.offline()
        ceiling = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2**self._tries)
        self._tries = min(self._tries + 1, 10)
        await asyncio.sleep(ceiling * (0.5 + random.random() / 2))  # noqa: S311

    def _finish(self, reason: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._ready.set()
            self._events.ended(reason)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
