"""The threads in which async code calls the database: few, with connections that they keep.

None of them waits for ever. A server that hangs takes connections and bytes as if all were well, since its machine does
that for it, so nothing but our own clock ends the wait: after DATABASE_CALL_SECONDS the caller is told, and the call's
connection is shut, which wakes its thread.
"""

import asyncio
import contextlib
import contextvars
import os
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import psycopg
from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")

CONNECTION_SECONDS = 300


class DatabaseHangs(OperationalError):
    """No thread, or no answer, within DATABASE_CALL_SECONDS; whether what was asked is done is not known."""


def _keep_connections() -> None:
    """To open a connection takes longer than most calls do, so these few threads keep theirs.

    A connection carries no tenant from one call to the next: the tenant is local to the transaction. Each call asks
    first whether its connection still answers, since the database may have restarted meanwhile.
    """
    kept = {"CONN_MAX_AGE": CONNECTION_SECONDS, "CONN_HEALTH_CHECKS": True}
    for used in connections.all():
        used.settings_dict = {**used.settings_dict, **kept}


_executor = ThreadPoolExecutor(
    max_workers=settings.DATABASE_THREADS, thread_name_prefix="database", initializer=_keep_connections
)


async def in_executor(call: Callable[[], T]) -> T:
    """The answer of `call` from one of the threads; raises `DatabaseHangs`, also when no thread gets free in time."""
    bounded = _Call(call)
    running = asyncio.get_running_loop().run_in_executor(_executor, contextvars.copy_context().run, bounded.run)
    done, _ = await asyncio.wait([running], timeout=settings.DATABASE_CALL_SECONDS)
    if not done:
        running.cancel()
        bounded.cut()
        raise DatabaseHangs("The database does not answer.")
    return running.result()


class _Call(Generic[T]):
    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._connections: Sequence[BaseDatabaseWrapper] = ()

    def run(self) -> T:
        """A connection stays unless it is broken, too old, or left inside of a transaction."""
        mine = self._connections = connections.all()
        try:
            return self._call()
        finally:
            with self._lock:
                self._connections = ()
            for used in mine:
                used.close_if_unusable_or_obsolete()

    def cut(self) -> None:
        """From another thread: what this call waits for fails at once. The thread's next call is left alone."""
        with self._lock:
            for used in self._connections:
                if used.connection is not None:
                    _shut(used.connection.pgconn)


def _shut(pgconn: psycopg.pq.abc.PGconn) -> None:
    with contextlib.suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
