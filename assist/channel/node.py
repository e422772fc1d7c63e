"""One web process, or exactly one event loop of it: its writer, its reader, and the leases of what is connected."""

import asyncio
import contextlib
import itertools
import logging
import secrets
import struct
from collections.abc import Coroutine
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from redis.exceptions import RedisError

from assist.channel import limits
from assist.channel.grown import Grown
from assist.channel.hellos import Hellos
from assist.channel.inbox import Inbox
from assist.channel.later import Later
from assist.channel.live import SessionKeys
from assist.channel.relay import FORGOTTEN, Answer, Source, Writer
from assist.channel.stored import stored_of
from assist.channel.valkey import Script, async_client, end_if_cancelled, in_parts
from helpdesk.tenants.keys import node_channel, nodes_key

logger = logging.getLogger(__name__)
RENEW_PARTS = 25
LOOK_AT_ONCE = 500
BEAT, WATCH = Script("beat"), Script("watch")
HEAD = struct.Struct("!16sBBxxII")  # the session, and what is first in a frame
SESSION_BYTES = 16


class Watcher(Protocol):
    """A console, as the reader sees it."""

    keys: SessionKeys

    def push(self, kind: int, flags: int, page: int, seq: int, frame: bytes) -> None: ...

    async def renew(self) -> None: ...

    async def look_again(self) -> None: ...

    def start_over(self) -> None: ...


class Connection(Protocol):
    """A socket of either side that another process can take over."""

    async def hand_over(self) -> None: ...


class Node:
    """Its row in `nodes_key` lives as long as it beats; the visitors' connections name it."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self._loop = asyncio.get_running_loop()
        self._living: set[bytes] = set()
        self._is_known = asyncio.Event()
        self._is_forgotten = False
        self.connections: set[Connection] = set()
        self.is_leaving = False
        self.writer = Writer()
        self.acks, self.hellos = Later(limits.ACK_SECONDS), Hellos()
        self._sources: set[Source] = set()
        self._watchers: dict[bytes, set[Watcher]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.grown = Grown(self.spawn)
        self.spawn(self.writer.run())
        self.spawn(Inbox(node_channel(self.id), take=self._deliver, opened=self._inbox_opened).run())
        self.spawn(self._beat())
        self.spawn(self._renew())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("background work of the assist channel failed", exc_info=error)

    async def known_id(self) -> str:
        """Once the others can know that this node lives."""
        await self._is_known.wait()
        return self.id

    def add_source(self, source: Source) -> None:
        self._sources.add(source)

    def remove_source(self, source: Source) -> None:
        self._sources.discard(source)

    def watch(self, watcher: Watcher) -> None:
        """Once it has arrived in Valkey, too (presence.py), `watcher` gets every frame of its session."""
        self._watchers.setdefault(_name(watcher), set()).add(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """The node's lease runs out by itself; until then what arrives for nobody is dropped."""
        session = _name(watcher)
        watchers = self._watchers.get(session, set())
        watchers.discard(watcher)
        if not watchers:
            self._watchers.pop(session, None)

    async def _lease(self, watchers: list[Watcher]) -> None:
        names = sorted({watcher.keys.consoles for watcher in watchers})
        if names:
            await WATCH.arun(names, [self.id, limits.LEASE_SECONDS * 1000])

    def _deliver(self, published: bytes) -> None:
        session, kind, flags, page, seq = HEAD.unpack_from(published)
        if watchers := self._watchers.get(session):
            frame = published[SESSION_BYTES:]
            for watcher in watchers:
                watcher.push(kind, flags, page, seq, frame)

    def _inbox_opened(self) -> None:
        """What was published before went by."""
        for watcher in self._all_watchers():
            watcher.start_over()
            self.spawn(watcher.look_again())
        self.spawn(self._look(list(self._sources)))

    async def _look(self, sources: list[Source]) -> None:
        """Compare what they know with what is stored: what was published to tell them may have been lost."""
        with contextlib.suppress(RedisError, OSError):
            for some in in_parts(sources, LOOK_AT_ONCE):
                for source, stored in zip(some, await stored_of([source.keys for source in some]), strict=True):
                    source.on_look(stored)

    async def leave(self) -> None:
        """The process ends: the others need not wait for the end of its lease."""
        self.is_leaving = True
        with contextlib.suppress(RedisError, OSError):
            await async_client().zrem(nodes_key(), self.id)

    async def _beat(self) -> None:
        while not self.is_leaving or self.connections:
            with contextlib.suppress(RedisError, OSError):
                await self._say_alive()
            end_if_cancelled()
            await asyncio.sleep(limits.NODE_BEAT_SECONDS)

    async def _say_alive(self) -> None:
        lease, memory = limits.NODE_LEASE_SECONDS * 1000, limits.NODE_MEMORY_SECONDS * 1000
        was_known, *living = await BEAT.arun([nodes_key()], [self.id, lease, memory])
        self._is_forgotten |= self._is_known.is_set() and not was_known
        if self._is_forgotten:
            # Valkey may go once more in the midst of it: then with the next beat.
            await self._start_over()
            self._is_forgotten = False
        self._is_known.set()
        if self._living != set(living):
            self._living = set(living)
            for watcher in self._all_watchers():
                self.spawn(watcher.look_again())

    async def _start_over(self) -> None:
        """Valkey knows nothing any more: consoles watch anew, and visitors say hello again, even those who are idle."""
        await self._lease(self._all_watchers())
        for watcher in self._all_watchers():
            watcher.start_over()
        sources, pipeline = list(self._sources), async_client().pipeline(transaction=False)
        for source in sources:
            pipeline.sismember(source.keys.connections, source.connection_id)
        forgotten = [source for source, known in zip(sources, await pipeline.execute(), strict=True) if not known]
        logger.warning("Valkey has lost its memory; %s visitors are asked to come again", len(forgotten))
        for source in forgotten:
            source.on_stored(Answer(FORGOTTEN, 0, 0, []), size_bytes=0)

    def _all_watchers(self, *, part: int | None = None) -> list[Watcher]:
        """Of one of RENEW_PARTS parts of the sessions, or of all."""
        sessions = [name for name in self._watchers if part is None or name[-1] % RENEW_PARTS == part]
        return [watcher for name in sessions for watcher in self._watchers[name]]

    async def _renew(self) -> None:
        """A part of the sessions at a time: all at once would hold up every frame for as long as it takes."""
        for part in itertools.cycle(range(RENEW_PARTS)):
            await asyncio.sleep(limits.BEAT_SECONDS / RENEW_PARTS)
            watchers = self._all_watchers(part=part)
            with contextlib.suppress(RedisError, OSError):
                await self._lease(watchers)
            end_if_cancelled()
            for watcher in watchers:
                self.spawn(watcher.renew())
            await self._look([source for source in self._sources if hash(source.connection_id) % RENEW_PARTS == part])
            end_if_cancelled()


def _name(watcher: Watcher) -> bytes:
    return watcher.keys.session_id.bytes


_nodes: "WeakKeyDictionary[asyncio.AbstractEventLoop, Node]" = WeakKeyDictionary()


def running_nodes() -> list[Node]:
    """Of the running event loop: one, or none as long as nobody has connected."""
    node = _nodes.get(asyncio.get_running_loop())
    return [node] if node else []


def this_node() -> Node:
    """Of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _nodes:
        _nodes[loop] = Node()
    return _nodes[loop]
