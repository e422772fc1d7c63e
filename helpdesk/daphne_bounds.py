"""Bounds that Daphne lacks: it reads whole bodies, and takes and sends on sockets, as much as anybody likes.

Other servers hold these themselves: uvicorn and granian hand a body on in pieces, and wait for slow readers.
An answer that is streamed is asked for as it is read, so that a slow reader fills no memory.
"""

import asyncio
from collections import deque
from typing import Any

from daphne import http_protocol, server, ws_protocol
from django.conf import settings

from helpdesk.bounds import REACHED

WAITING_BYTES = 2 * 1024 * 1024  # taken from a socket, and not yet by the application
UNSENT_BYTES = 16 * 1024 * 1024  # a console's whole window fits twice
LOOK_SECONDS = 0.02
UNREAD_SECONDS = 60  # in which nothing of a streamed answer was taken: its reader is gone
CLOSE_SECONDS = 10  # for the other side to answer a close; cut sooner, a busy one never reads why
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def apply() -> None:
    """For every server that this process starts from now on."""
    http_protocol.WebRequest = BoundedRequest
    server.Server.handle_reply = _reply_in_turn
    ws_protocol.WebSocketFactory.protocol = BoundedSocket


_reply = server.Server.handle_reply


async def _reply_in_turn(self: server.Server, protocol: Any, message: Any) -> None:
    """What the application awaits when it sends something."""
    await _reply(self, protocol, message)
    if isinstance(protocol, BoundedRequest):
        await protocol.taken()


class Room:
    """Whether more of a streamed answer may come, as its connection says; none is waited for once that is closed."""

    def __init__(self) -> None:
        self.is_there = asyncio.Event()
        self.resumeProducing = self.stopProducing = self.is_there.set
        self.pauseProducing = self.is_there.clear
        self.is_there.set()


class BoundedRequest(http_protocol.WebRequest):
    """A body that is too large for any path is not even put on the disk."""

    _taken_bytes = 0
    _is_refused = False
    _room: Room | None = None

    def gotLength(self, length: int | None) -> None:
        super().gotLength(0 if (length or 0) > _most() else length)
        if (length or 0) > _most():
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        self._taken_bytes += len(data)
        if not self._is_refused and self._taken_bytes > _most():
            self._refuse()
        if not self._is_refused:
            super().handleContentChunk(data)

    def requestReceived(self, *args: Any) -> None:
        if not self._is_refused:
            super().requestReceived(*args)

    def handle_reply(self, message: Any) -> None:
        if self._room is None and message.get("more_body") and self.channel and not self.finished:
            self._room = Room()
            self.registerProducer(self._room, True)
        super().handle_reply(message)

    def finish(self) -> None:
        if self._room and self.channel:
            self.unregisterProducer()
        self._room = None
        super().finish()

    async def taken(self) -> None:
        """Once what was written has left, but for what the connection holds; a reader that takes nothing is left."""
        if self._room is None:
            return
        try:
            await asyncio.wait_for(self._room.is_there.wait(), UNREAD_SECONDS)
        except TimeoutError:
            REACHED.labels("answer").inc()
            if self.channel:
                self.channel.transport.abortConnection()

    def handle_exception(self, exception: Exception) -> None:
        """An answer that has begun can't become another one: its reader has to see that it is not whole."""
        if self._response_started:
            self.channel.loseConnection()
        else:
            super().handle_exception(exception)

    def _refuse(self) -> None:
        self._is_refused = True
        REACHED.labels("body").inc()
        if self.channel.requests[0] is self:  # else it would stand in the midst of an earlier request's answer
            self.channel.transport.write(TOO_LARGE)
        self.channel.loseConnection()


def _most() -> int:
    return max(settings.BODY_BYTES_MAX.values())


class BoundedSocket(ws_protocol.WebSocketProtocol):
    """Stops reading while the application is behind; gives up a reader that takes nothing."""

    def onOpen(self) -> None:
        self._waiting: deque[int] = deque()
        self._waiting_bytes = self._unsent_bytes = 0
        self._is_held = self._is_stuck = self._is_cut = False
        self.closeHandshakeTimeout = CLOSE_SECONDS
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        super().onOpen()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        super().onMessage(payload, isBinary)
        self._waiting.append(len(payload))
        self._waiting_bytes += len(payload)
        if self._measure() > WAITING_BYTES and not self._is_held:
            REACHED.labels("socket_in").inc()
            self._is_held = True
            self.transport.pauseProducing()
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _measure(self) -> int:
        """The queue is in order, so what it holds are the last ones that were put into it."""
        while len(self._waiting) > self.application_queue.qsize():
            self._waiting_bytes -= self._waiting.popleft()
        return self._waiting_bytes

    def _look(self) -> None:
        if self.state == self.STATE_CLOSED:
            return
        if self._measure() > WAITING_BYTES // 2:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)
        else:
            self._is_held = False
            self.transport.resumeProducing()

    def serverSend(self, content: Any, binary: bool = False) -> None:
        if self._is_cut:
            return
        if self._is_stuck:
            self._unsent_bytes += len(content)
        if self._unsent_bytes > UNSENT_BYTES:
            REACHED.labels("socket_out").inc()
            self._is_cut = True
            self.dropConnection(abort=True)
        else:
            super().serverSend(content, binary)

    # What the transport calls as its buffer fills and empties.

    def pauseProducing(self) -> None:
        self._is_stuck = True

    def resumeProducing(self) -> None:
        self._is_stuck, self._unsent_bytes = False, 0

    def stopProducing(self) -> None:
        pass
