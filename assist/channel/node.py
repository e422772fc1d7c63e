"""One web process, or exactly one event loop of it: its writer, its reader, and the leases of what is connected."""

import asyncio
import contextlib
import logging
import secrets
import struct
import time
from collections.abc import Coroutine
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from redis.exceptions import RedisError

from assist.channel import limits
from assist.channel.live import SessionKeys
from assist.channel.relay import Source, Writer
from assist.channel.valkey import async_client
from helpdesk.tenants.keys import node_key

logger = logging.getLogger(__name__)
READ_FRAMES = 512
BLOCK_MS = 5000
HEAD = struct.Struct("!BBxxII")


class Watcher(Protocol):
    """A console, as the reader sees it."""

    keys: SessionKeys

    def push(self, kind: int, flags: int, page: int, seq: int, frame: bytes) -> None: ...

    async def renew(self) -> None: ...


class Node:
    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.writer = Writer()
        self._sources: set[Source] = set()
        self._watchers: dict[str, set[Watcher]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.spawn(self.writer.run())
        self.spawn(self._read())
        self.spawn(self._beat())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("background work of the assist channel failed", exc_info=error)

    def add_source(self, source: Source) -> None:
        self._sources.add(source)

    def remove_source(self, source: Source) -> None:
        self._sources.discard(source)
        self.writer.drop(source)

    async def watch(self, watcher: Watcher) -> None:
        """From the return of this call on, `watcher` gets every frame that is appended to its session."""
        self._watchers.setdefault(str(watcher.keys.session_id), set()).add(watcher)
        await self._lease(watcher.keys)

    def unwatch(self, watcher: Watcher) -> None:
        """The node's lease runs out by itself; until then what arrives for nobody is dropped."""
        session = str(watcher.keys.session_id)
        watchers = self._watchers.get(session, set())
        watchers.discard(watcher)
        if not watchers:
            self._watchers.pop(session, None)

    async def _lease(self, keys: SessionKeys) -> None:
        pipeline = async_client().pipeline(transaction=False)
        pipeline.zadd(keys.consoles, {self.id: _lease_end()})
        pipeline.expire(keys.consoles, limits.SESSION_TTL_SECONDS)
        await pipeline.execute()

    async def _read(self) -> None:
        inbox, after = node_key(self.id, "inbox"), b"0"
        while True:
            try:
                got = await async_client().xread({inbox: after}, count=READ_FRAMES, block=BLOCK_MS)
            except (RedisError, OSError):
                await asyncio.sleep(0.2)
                continue
            for _, entries in got or []:
                for entry_id, fields in entries:
                    self._deliver(fields[b"s"].decode(), fields[b"f"])
                    after = entry_id

    def _deliver(self, session: str, frame: bytes) -> None:
        kind, flags, page, seq = HEAD.unpack_from(frame)
        for watcher in self._watchers.get(session, ()):
            watcher.push(kind, flags, page, seq, frame)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(limits.BEAT_SECONDS)
            with contextlib.suppress(RedisError, OSError):
                await self._renew_leases()
            for watcher in [w for watchers in self._watchers.values() for w in watchers]:
                self.spawn(watcher.renew())

    async def _renew_leases(self) -> None:
        pipeline = async_client().pipeline(transaction=False)
        until = _lease_end()
        for source in self._sources:
            pipeline.zadd(source.keys.connections, {source.connection_id: until})
            pipeline.expire(source.keys.connections, limits.SESSION_TTL_SECONDS)
        for keys in {watcher.keys for watchers in self._watchers.values() for watcher in watchers}:
            pipeline.zadd(keys.consoles, {self.id: until})
            pipeline.expire(keys.consoles, limits.SESSION_TTL_SECONDS)
        inbox = node_key(self.id, "inbox")
        pipeline.xtrim(inbox, maxlen=READ_FRAMES)
        pipeline.expire(inbox, 4 * limits.LEASE_SECONDS)
        await pipeline.execute(raise_on_error=False)


def _lease_end() -> float:
    return time.time() * 1000 + limits.LEASE_SECONDS * 1000


_nodes: "WeakKeyDictionary[asyncio.AbstractEventLoop, Node]" = WeakKeyDictionary()


def this_node() -> Node:
    """Of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _nodes:
        _nodes[loop] = Node()
    return _nodes[loop]
