"""The bare socket under both consumers: one receive loop, events of the channel layer, and stable refusals."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from channels.consumer import AsyncConsumer
from channels.layers import get_channel_layer
from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from assist.channel import limits, metrics
from assist.channel.messages import BadMessage
from assist.channel.node import this_node
from assist.channel.protocol import CLOSE_CODES, BadFrame, ErrorCode
from helpdesk.tenants.keys import group

logger = logging.getLogger(__name__)
T = TypeVar("T")
NORMAL_CLOSE, INTERNAL_ERROR = 1000, 1011
# Of Valkey and of the database.
AWAY = (RedisError, OSError, InterfaceError, OperationalError)


class Refused(Exception):
    """Ends the connection with the error code's close code."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code, self.fields = code, fields


class Gone(Exception):
    """The other side has closed, or was told that the session has ended."""


class Socket(AsyncConsumer):
    """Frames do not go through the stock consumer's dispatch: see docs/decisions for what that costs.

    A subclass has `side`, `serve()` and `on_event(kind, payload)`; `leave()` runs whatever happened.
    """

    side = ""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.session_id: UUID = scope["url_route"]["kwargs"]["session_id"]
        # Behind a proxy the server has put the visitor's own one here (docs/operations.md).
        self.address = str((scope.get("client") or [""])[0])
        self.origin = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"), "")
        self._closed = False
        self._listening: asyncio.Task[None] | None = None
        self._hearing: asyncio.Future[Any] | None = None
        await receive()
        await self._raw({"type": "websocket.accept"})
        metrics.SOCKETS.labels(self.side).inc()
        this_node().connections.add(self)
        try:
            await self.guarded(self._serve_or_hand_over)
        finally:
            self._closed = True
            this_node().connections.discard(self)
            metrics.SOCKETS.labels(self.side).dec()
            if self._listening:
                self._listening.cancel()
            if self._hearing:
                self._hearing.cancel()
            # What can't be told now runs out with its lease.
            await self.guarded(self.leave)

    async def _serve_or_hand_over(self) -> None:
        if this_node().is_leaving:
            await self.hand_over()
        else:
            await self.serve()

    async def guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Whatever ends `work` closes the connection: the other side comes again, and waits for nothing in vain."""
        try:
            await work()
        except Gone:
            pass
        except Refused as refused:
            await self.refuse(refused.code, **refused.fields)
        except BadFrame as bad:
            await self.refuse(bad.code)
        except BadMessage:
            await self.refuse(ErrorCode.BAD_MESSAGE)
        except AWAY as error:
            await self.refuse(ErrorCode.UNAVAILABLE, cause=error)
        except Exception:
            await self.close(INTERNAL_ERROR)
            raise

    async def serve(self) -> None:
        raise NotImplementedError

    async def leave(self) -> None:
        raise NotImplementedError

    async def on_event(self, kind: str, payload: dict[str, Any]) -> None:
        raise NotImplementedError

    async def messages(self) -> AsyncIterator[bytes | str]:
        """Until the other side closes."""
        while True:
            message = await (self._hearing or self._receive())
            self._hearing = None
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes")
            yield data if data is not None else message.get("text") or ""

    async def first_message(self) -> str:
        """Text within HELLO_SECONDS, and no more often than hellos may come, or `Refused`."""
        try:
            async with asyncio.timeout(limits.HELLO_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise Refused(ErrorCode.BAD_MESSAGE) from None
        if message["type"] == "websocket.disconnect":
            raise Gone
        if not this_node().hellos.take(self.address, self.session_id):
            raise Refused(ErrorCode.RATE_EXCEEDED)
        if not isinstance(message.get("text"), str):
            raise Refused(ErrorCode.BAD_MESSAGE)
        return str(message["text"])

    async def unless_gone(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns; when the other side closes before, it is cancelled.

        Who is here again on another connection must not be replaced by one that nobody is at any more.
        """
        working, hearing = asyncio.create_task(work), asyncio.ensure_future(self._receive())
        self._hearing = hearing
        first: set[asyncio.Future[Any]] = {working, hearing}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if not working.done() and hearing.result()["type"] == "websocket.disconnect":
                raise Gone
            return await working
        finally:
            working.cancel()

    async def listen(self, tenant_id: UUID) -> None:
        """From now on `on_event` is called for what is published on the session's topic."""
        layer = get_channel_layer()
        channel, name = await layer.new_channel(), group(tenant_id, "session", self.session_id)
        self._listening = this_node().spawn(self.guarded(partial(self._listen, layer, channel, name)))
        await layer.group_add(name, channel)

    async def _listen(self, layer: Any, channel: str, name: str) -> None:
        is_receiving = False
        try:
            while not self._closed:  # the client of Valkey loses a cancellation that comes while it connects
                is_receiving = True
                message = await layer.receive(channel)
                is_receiving = False
                await self.on_event(message["kind"], message["payload"])
        finally:
            with contextlib.suppress(Exception):
                await asyncio.shield(_leave_layer(layer, channel, name, is_known=not is_receiving))

    async def say(self, kind: str, **fields: Any) -> None:
        await self._raw({"type": "websocket.send", "text": json.dumps({"type": kind, **fields})})

    async def send_frame(self, frame: bytes) -> None:
        await self._raw({"type": "websocket.send", "bytes": frame})

    async def error(self, code: str, *, cause: Exception | None = None, **fields: Any) -> None:
        """One line in the log, one count, one message; the connection stays."""
        metrics.ERRORS.labels(self.side, code).inc()
        why = f" ({type(cause).__name__})" if cause else ""
        logger.info("assist channel: %s refused with %s, session %s%s", self.side, code, self.session_id, why)
        await self.say("error", code=code, **fields)

    async def refuse(self, code: str, *, cause: Exception | None = None, **fields: Any) -> None:
        """As `error`, and the connection is closed."""
        if not self._closed:
            await self.error(code, cause=cause, **fields)
            await self.close(CLOSE_CODES[code])

    async def hand_over(self) -> None:
        """The process ends: the other side comes again at once, to another one."""
        await self.close(CLOSE_CODES[ErrorCode.MOVED])

    async def close(self, code: int) -> None:
        await self._raw({"type": "websocket.close", "code": code})
        self._closed = True

    async def _raw(self, message: dict[str, Any]) -> None:
        """What can't be sent any more is dropped: the receive loop hears of the closed connection."""
        if not self._closed:
            try:  # noqa: SIM105  (a context manager takes as long as the rest of the call)
                await self._send(message)
            except Exception:  # noqa: S110
                pass


async def _leave_layer(layer: Any, channel: str, name: str, *, is_known: bool) -> None:
    """The layer knows a channel, and Valkey its subscription, until who waits for it is cancelled in that."""
    if is_known:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                while True:
                    await layer.receive(channel)
    await layer.group_discard(name, channel)
