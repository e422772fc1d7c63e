"""Writes that frames cause, off their way: gathered for a moment, then done in one transaction of the tenant."""

import asyncio
import logging
from collections.abc import Callable, Hashable
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from assist.channel import limits, metrics
from assist.channel.node import this_node
from helpdesk.tenants.context import run_in_tenant

logger = logging.getLogger(__name__)
GATHER_SECONDS = 0.1
AWAY_SECONDS = 1.0
MOST_AT_ONCE = 500  # so that a call of the database stays short
Write = Callable[[], Any]
Waiting = dict[UUID, dict[Hashable, Write]]
_batches: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, Waiting]]" = WeakKeyDictionary()


def write_later(
    tenant_id: UUID, write: Callable[..., Any], session_id: UUID, *, of: Hashable = None, **values: Any
) -> None:
    """`write(session_id, **values)`, in the order of the calls, in place of an earlier one with the same `of`.

    Of a session SESSION_WRITES may wait; beyond it the oldest is lost. What is lost here or with the process is made up
    for from the archive's journal.
    """
    batches = _batches.setdefault(asyncio.get_running_loop(), {})
    if tenant_id not in batches:
        batches[tenant_id] = {}
        this_node().spawn(_drain(batches[tenant_id], tenant_id, done=partial(batches.pop, tenant_id)))
    waiting = batches[tenant_id].setdefault(session_id, {})
    key = object() if of is None else of
    waiting.pop(key, None)
    waiting[key] = partial(write, session_id, **values)
    _bound(waiting)


def _bound(writes: dict[Hashable, Write]) -> None:
    while len(writes) > limits.SESSION_WRITES:
        del writes[next(iter(writes))]
        metrics.WRITES_LOST.inc()


async def _drain(waiting: Waiting, tenant_id: UUID, *, done: Callable[[], Any]) -> None:
    try:
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            if not waiting:
                return
            taken = _take(waiting)
            try:
                await run_in_tenant(
                    tenant_id, _write_all, [write for writes in taken.values() for write in writes.values()]
                )
            except (InterfaceError, OperationalError):
                # The database is away: later, in the same order; each of them may be done twice.
                _give_back(waiting, taken)
                await asyncio.sleep(AWAY_SECONDS)
    finally:
        done()


def _take(waiting: Waiting) -> Waiting:
    """MOST_AT_ONCE at most, and of each session the same number: one that writes much holds no other up."""
    sessions = list(waiting)[:MOST_AT_ONCE]
    share = MOST_AT_ONCE // len(sessions)
    taken: Waiting = {}
    for session_id in sessions:
        writes = waiting.pop(session_id)
        taken[session_id] = dict(islice(writes.items(), share))
        if rest := dict(islice(writes.items(), share, None)):
            waiting[session_id] = rest
    return taken


def _give_back(waiting: Waiting, taken: Waiting) -> None:
    for session_id, writes in taken.items():
        newer = waiting.get(session_id, {})
        older = {of: write for of, write in writes.items() if of not in newer}
        waiting[session_id] = older | newer
        _bound(waiting[session_id])


def _write_all(writes: list[Write]) -> None:
    """One that fails is left out; while the database is away none of them is done, and all come again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or one whose session is gone would undo the others at the end
    for write in writes:
        try:
            with transaction.atomic():
                write()
        except (InterfaceError, OperationalError):
            raise
        except IntegrityError as gone:
            logger.warning("a write that a frame caused is left out: %s", str(gone).partition("\n")[0])
        except Exception:
            logger.exception("a write that a frame caused has failed")
