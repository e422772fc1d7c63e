"""The channel layer of Valkey, over a line that can go silent without being closed."""

import socket
from collections.abc import Sequence
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.asyncio.connection import DefaultParser
from redis.exceptions import ConnectionError as Disconnected

# As the database's: the first three for a line on which nothing goes, the last for one on which something is sent.
SILENCE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 15_000}


class Parser(DefaultParser):  # type: ignore[misc,valid-type]
    """redis-py takes any TimeoutError for a while in which nothing was published, and reads on.

    That of a connection which the system has given up comes again with each read, at once: the event loop would do
    nothing else any more, and its process never end.
    """

    async def read_from_socket(self) -> bool:
        try:
            return bool(await super().read_from_socket())
        except TimeoutError as given_up:
            raise Disconnected("Valkey does not answer") from given_up


class ChannelLayer(RedisPubSubChannelLayer):
    """`hosts` are addresses; what is subscribed to is subscribed to anew on the next connection."""

    def __init__(self, *, hosts: Sequence[str], **options: Any) -> None:
        super().__init__(
            hosts=[{"address": host, "parser_class": Parser, **_silence(host)} for host in hosts], **options
        )


def _silence(host: str) -> dict[str, Any]:
    if host.startswith("unix:"):
        return {}
    known = {getattr(socket, name): value for name, value in SILENCE.items() if hasattr(socket, name)}
    return {"socket_keepalive_options": known}
