"""Whether archive segments can be written: said where it shows, since live sessions go on without."""

import time
from datetime import UTC, datetime

from assist.channel.valkey import sync_client
from helpdesk.tenants.keys import archive_fault_key, archive_try_key

# Workers try again every few seconds; what nobody has said again since is over, or everybody is gone.
SAID_SECONDS = 120
TRY_SECONDS = 5


def note_fault() -> None:
    """A segment could not be written: since when is kept over further faults."""
    pipeline = sync_client().pipeline(transaction=False)
    pipeline.set(archive_fault_key(), time.time(), nx=True)
    pipeline.expire(archive_fault_key(), SAID_SECONDS)
    pipeline.execute()


def note_success() -> None:
    sync_client().delete(archive_fault_key(), archive_try_key())


def is_at_fault() -> bool:
    return bool(sync_client().exists(archive_fault_key()))


def may_try() -> bool:
    """While segments can't be written one worker tries every TRY_SECONDS: an attempt that hangs must not hold all."""
    return not is_at_fault() or bool(sync_client().set(archive_try_key(), 1, nx=True, ex=TRY_SECONDS))


def fault_since() -> datetime | None:
    """Since when segments wait for the object store or the database; None when they don't."""
    since = sync_client().get(archive_fault_key())
    return datetime.fromtimestamp(float(since), UTC) if since else None


def waits_seconds() -> float:
    since = fault_since()
    return max(0.0, time.time() - since.timestamp()) if since else 0.0
