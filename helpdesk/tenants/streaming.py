"""How streamed answers enter a tenant: the request's scope has ended when the first byte is read.

They have threads of their own, so that no socket waits for one, and no more of them than there are threads.
"""

import asyncio
import contextlib
import contextvars
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import connections
from django.http import StreamingHttpResponse

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import cache_key

# One batch, which is what a reader who has left still costs: so much, or so long, or one chunk that is more.
BATCH_BYTES = 1024 * 1024
BATCH_SECONDS = 0.25
# At once: of one web process, and of one tenant over all of them, so that no tenant takes a process alone.
STREAMS_A_PROCESS = 4
STREAMS_A_TENANT = 2
RETRY_SECONDS = 30
# What a process that was killed has taken is free after that; no chunk takes as long.
LEASE_SECONDS = 150
RENEW_SECONDS = 30

_threads = ThreadPoolExecutor(STREAMS_A_PROCESS, thread_name_prefix="stream")
_free = threading.BoundedSemaphore(STREAMS_A_PROCESS)


class TooManyStreams(RuntimeError):
    """As many answers are being streamed as may be at once: by the tenant, or else by this process."""

    def __init__(self, *, is_of_tenant: bool) -> None:
        super().__init__("tenant" if is_of_tenant else "process")
        self.is_of_tenant = is_of_tenant


@dataclass
class Slot:
    """One of those that a tenant has; `key` is in the cache as long as it is taken."""

    key: str
    token: str
    renewed_at: float

    def renew(self) -> None:
        now = time.monotonic()
        if now - self.renewed_at > RENEW_SECONDS and cache.get(self.key) == self.token:
            cache.touch(self.key, LEASE_SECONDS)
            self.renewed_at = now

    def release(self) -> None:
        if cache.get(self.key) == self.token:
            cache.delete(self.key)


def take_slot(tenant_id: UUID) -> Slot:
    """Raise `TooManyStreams`."""
    token = str(uuid4())
    for number in range(STREAMS_A_TENANT):
        key = cache_key(tenant_id, "streams", number)
        if cache.add(key, token, timeout=LEASE_SECONDS):
            return Slot(key, token, time.monotonic())
    raise TooManyStreams(is_of_tenant=True)


def stream_in_tenant(tenant_id: UUID, chunks: Iterator[bytes], *, content_type: str) -> StreamingHttpResponse:
    """Answer with `chunks`, in batches, each in a scope (and a transaction) of its own. Raises `TooManyStreams`.

    So no transaction stays open while a slow reader reads. `chunks` may read tenant data as it goes, but must not
    keep a database cursor open between two chunks; each should take less than a second, at most a minute.
    """
    if not _free.acquire(blocking=False):
        raise TooManyStreams(is_of_tenant=False)
    try:
        slot = take_slot(tenant_id)
    except BaseException:
        _free.release()
        raise
    return StreamingHttpResponse(_Stream(_Work(tenant_id, chunks, slot)), content_type=content_type)


@dataclass
class _Work:
    """What the threads do, one call at a time."""

    tenant_id: UUID
    chunks: Iterator[bytes]
    slot: Slot
    is_left: threading.Event = field(default_factory=threading.Event)

    def take(self) -> tuple[bytes, bool]:
        """What comes next, and whether there is more."""
        try:
            self.slot.renew()
            with tenant_scope(self.tenant_id):
                return self._taken()
        finally:
            connections.close_all()

    def _taken(self) -> tuple[bytes, bool]:
        taken, until = bytearray(), time.monotonic() + BATCH_SECONDS
        for chunk in self.chunks:
            taken += chunk
            if len(taken) >= BATCH_BYTES or time.monotonic() > until or self.is_left.is_set():
                return bytes(taken), True
        return bytes(taken), False

    def end(self) -> None:
        try:
            with contextlib.suppress(Exception):  # it may have failed before, which was told
                self.chunks.close()  # type: ignore[attr-defined]  # not every iterator has it
            self.slot.release()
        finally:
            _free.release()


class _Stream(AsyncIterator[bytes]):
    """Closed when it is at its end, fails, or is not read on: by the server, or because nobody has it any more."""

    def __init__(self, work: _Work) -> None:
        self._work, self._has_more, self._is_closed = work, True, False
        self._running: Future[tuple[bytes, bool]] | None = None

    async def __anext__(self) -> bytes:
        taken = b""
        try:
            while not taken and self._has_more:
                self._running = _threads.submit(contextvars.copy_context().run, self._work.take)
                taken, self._has_more = await asyncio.wrap_future(self._running)
        except BaseException:
            self.close()
            raise
        if not taken:
            self.close()
            raise StopAsyncIteration
        return taken

    def close(self) -> None:
        """The thread that is at it stops at its next chunk, and only then gives its place to another stream."""
        if self._is_closed:
            return
        self._is_closed, self._has_more = True, False
        self._work.is_left.set()
        end = self._work.end
        if self._running is None:
            _threads.submit(end)
        else:
            self._running.add_done_callback(lambda _done: _threads.submit(end))

    def __del__(self) -> None:
        with contextlib.suppress(RuntimeError):  # the process ends, and takes no work any more
            self.close()
