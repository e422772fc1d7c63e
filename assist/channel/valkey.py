"""Connections to Valkey, and the scripts that run inside it."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from redis.exceptions import NoScriptError

CONNECT_SECONDS = 3
T = TypeVar("T")
# A connection on which nothing comes for longer than any command may block is half open. To tell Valkey the version of
# redis-py takes each new connection 10 ms of the event loop, which looks through the installed packages for it.
OPTIONS: dict[str, Any] = {"socket_timeout": 10, "socket_connect_timeout": CONNECT_SECONDS, "driver_info": None}
_SCRIPTS = Path(__file__).parent / "scripts"
_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis]" = WeakKeyDictionary()


@cache
def sync_client() -> Any:
    """`redis.Redis`, whose own types say little: thread-safe, one pool a process, for code outside of the loop."""
    return redis.Redis.from_url(settings.REDIS_URL, **OPTIONS)


def async_client() -> Any:
    """`redis.asyncio.Redis`, one pool for each event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = redis.asyncio.Redis.from_url(settings.REDIS_URL, **OPTIONS)
    return _clients[loop]


def clock_ms(time: tuple[int, int]) -> float:
    """What TIME answers (s, µs), in ms since 1970."""
    seconds, micros = time
    return seconds * 1000 + micros / 1000


def end_if_cancelled() -> None:
    """For what goes on after a call of redis-py, which can swallow that the task was cancelled meanwhile.

    While it connects; and in Python 3.11 where that comes just as a command has been sent.
    """
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


def in_parts(many: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Valkey, and who asks it, does something else between two of them."""
    for first in range(0, len(many), most):
        yield many[first : first + most]


async def in_one_step(ask: Callable[[Any], None], *, scripts: "Iterable[Script]") -> list[Any]:
    """What `ask(pipeline)` queued, as one transaction in one round trip; `scripts` are those among it.

    A second time where Valkey did not know one of them: the rest has been done then, and is done again.
    """
    pipeline = async_client().pipeline(transaction=True)
    ask(pipeline)
    try:
        return list(await pipeline.execute())
    except NoScriptError:
        for script in scripts:
            await async_client().script_load(script.text)
        ask(pipeline)
        return list(await pipeline.execute())


class Script:
    """A Lua script of `scripts/`, which Valkey runs as one step; it knows each of `limits` by name."""

    def __init__(self, name: str, **limits: int) -> None:
        declared = f"local {', '.join(limits)} = {', '.join(map(str, limits.values()))}\n" if limits else ""
        self.text = declared + (_SCRIPTS / f"{name}.lua").read_text()
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def add_to(self, pipeline: Any, keys: list[str], args: list[Any]) -> None:
        """For `in_one_step`."""
        pipeline.evalsha(self.sha, len(keys), *keys, *args)

    def run(self, keys: list[str], args: list[Any]) -> Any:
        client = sync_client()
        try:
            return client.evalsha(self.sha, len(keys), *keys, *args)
        except NoScriptError:
            return client.eval(self.text, len(keys), *keys, *args)

    async def arun(self, keys: list[str], args: list[Any]) -> Any:
        client = async_client()
        try:
            return await client.evalsha(self.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await client.eval(self.text, len(keys), *keys, *args)
