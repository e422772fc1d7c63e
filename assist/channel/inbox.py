"""What Valkey publishes for this process: the frames of all sessions that its consoles watch."""

import asyncio
from collections.abc import Callable
from typing import Any

import hiredis
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError, ResponseError

from assist.channel.link import open_transport, pack

AGAIN_SECONDS = 0.2
PING_SECONDS = 5.0


class Inbox(asyncio.Protocol):
    """`take(message)` for each; `opened()` whenever it listens again, since what was published meanwhile went by.

    A process that does not read is cut off by Valkey (`client-output-buffer-limit` for pubsub: 32 MiB, or 8 MiB for
    60 s), and comes again.
    """

    def __init__(self, channel: str, *, take: Callable[[bytes], None], opened: Callable[[], None]) -> None:
        self._channel, self._take, self._opened = channel, take, opened
        self._has_heard = False

    async def run(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError):
                await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self) -> None:
        """Until the connection is lost, or says nothing: then it is half open."""
        self._reader = hiredis.Reader(replyError=ResponseError)
        self._lost = asyncio.get_running_loop().create_future()
        transport, opener = await open_transport(self, name=self._channel)
        try:
            transport.write(pack("SUBSCRIBE", self._channel))
            while True:
                self._has_heard = False
                transport.write(pack("PING"))
                await asyncio.wait([self._lost], timeout=PING_SECONDS)
                if self._lost.done() or not self._has_heard:
                    raise Disconnected("Valkey does not answer")
        finally:
            transport.abort()
            del opener

    def data_received(self, data: bytes) -> None:
        self._has_heard = True
        self._reader.feed(data)
        while (message := self._reader.gets()) is not False:
            self._on_message(message)

    def _on_message(self, message: Any) -> None:
        if isinstance(message, ResponseError):
            self.connection_lost(message)
        elif message[0] == b"message":
            self._take(message[2])
        elif message[0] == b"subscribe":
            self._opened()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_result(None)
