"""A connection to Valkey for the short way: packed commands out, replies in, and nothing in between.

The client of redis-py takes longer to pack a command and to wait for its reply than Valkey takes to append a frame.
It still opens the connection (address, TLS, password, database); from then on the bytes come here.
"""

import asyncio
from typing import Any

import hiredis
import redis.asyncio
from django.conf import settings
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import ResponseError

from assist.channel.valkey import CONNECT_SECONDS, end_if_cancelled


def pack(*arguments: bytes | str | int | float) -> bytes:
    """One command."""
    return b"*%d\r\n%b" % (len(arguments), pack_arguments(*arguments))


def pack_arguments(*arguments: bytes | str | int | float) -> bytes:
    """A part of a command: a list of its arguments that is used again and again is packed once."""
    encoded = (value if isinstance(value, bytes) else str(value).encode() for value in arguments)
    return b"".join([b"$%d\r\n%b\r\n" % (len(value), value) for value in encoded])


def is_unknown_script(reply: object) -> bool:
    return isinstance(reply, ResponseError) and str(reply).startswith("NOSCRIPT")


async def open_transport(protocol: asyncio.Protocol, *, name: str) -> tuple[asyncio.WriteTransport, object]:
    """With what keeps it open; `name` is what Valkey calls the connection in CLIENT LIST.

    Raises `RedisError` and `OSError`.
    """
    options = {"protocol": 2, "client_name": name, "driver_info": None}
    connection = redis.asyncio.ConnectionPool.from_url(settings.REDIS_URL, **options).make_connection()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await connection.connect()
    finally:
        end_if_cancelled()
    writer = connection._writer
    assert writer
    writer.transport.set_protocol(protocol)
    return writer.transport, connection  # which closes its socket when it is collected


class Link(asyncio.Protocol):
    """One exchange at a time; opened by the first, and anew by the next after one that failed."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._answered: asyncio.Future[list[Any]] | None = None
        self._replies: list[Any] = []
        self._count = 0

    async def ask(self, packed: bytes, *, count: int, seconds: float) -> list[Any]:
        """Send `count` commands; their replies, `ResponseError` among them where Valkey refused one.

        Raises `RedisError` and `OSError`, `TimeoutError` among them; then it is not known what was done.
        """
        try:
            transport = self._transport or await self._connect()
            self._replies, self._count = [], count
            self._answered = self._loop.create_future()
            timer = self._loop.call_later(seconds, self._give_up, self._answered)
            transport.write(packed)
            try:
                return await self._answered
            finally:
                timer.cancel()
        except BaseException:
            self.close()
            raise

    def _give_up(self, answered: asyncio.Future[list[Any]]) -> None:
        if not answered.done():
            answered.set_exception(TimeoutError())

    async def _connect(self) -> asyncio.WriteTransport:
        self._reader = hiredis.Reader(replyError=ResponseError)
        self._transport, self._opener = await open_transport(self, name="writer")
        return self._transport

    def close(self) -> None:
        """The next exchange opens it again."""
        if self._transport:
            self._transport.abort()
        self._transport = self._answered = None

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            self._replies.append(reply)
        if len(self._replies) >= self._count and self._answered and not self._answered.done():
            self._answered.set_result(self._replies)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._answered and not self._answered.done():
            self._answered.set_exception(Disconnected("Valkey has closed the connection"))
