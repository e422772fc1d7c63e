"""Writes that frames cause, off their way: gathered for a moment, then done in one transaction of the tenant."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from assist.channel import metrics
from assist.channel.node import this_node
from helpdesk.tenants.context import run_in_tenant

logger = logging.getLogger(__name__)
GATHER_SECONDS = 0.1
AWAY_SECONDS = 1.0
MOST_WAITING = 10_000
MOST_AT_ONCE = 500  # so that a call of the database stays short
Write = Callable[[], Any]
_batches: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, list[Write]]]" = WeakKeyDictionary()


def write_later(tenant_id: UUID, write: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """In the order of the calls. What is lost with the process is made up for from the archive's journal."""
    batches = _batches.setdefault(asyncio.get_running_loop(), {})
    if tenant_id not in batches:
        batches[tenant_id] = []
        this_node().spawn(_drain(batches, tenant_id))
    batches[tenant_id].append(partial(write, *args, **kwargs))


async def _drain(batches: dict[UUID, list[Write]], tenant_id: UUID) -> None:
    try:
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            if not batches[tenant_id]:
                return
            writes, batches[tenant_id] = batches[tenant_id][:MOST_AT_ONCE], batches[tenant_id][MOST_AT_ONCE:]
            try:
                await run_in_tenant(tenant_id, _write_all, writes)
            except (InterfaceError, OperationalError):
                # The database is away: later, in the same order; each of them may be done twice.
                batches[tenant_id] = _newest([*writes, *batches[tenant_id]], tenant_id)
                await asyncio.sleep(AWAY_SECONDS)
    finally:
        del batches[tenant_id]


def _newest(writes: list[Write], tenant_id: UUID) -> list[Write]:
    if (lost := len(writes) - MOST_WAITING) > 0:
        metrics.WRITES_LOST.inc(lost)
        logger.error("%s writes of tenant %s are lost: too many wait for the database", lost, tenant_id)
    return writes[-MOST_WAITING:]


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
