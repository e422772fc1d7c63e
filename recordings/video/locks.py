"""One worker at a time for the steps of a recording that hold no lease, and for what is deleted of a tenant."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from django.db import connection

# Of all advisory locks of two keys these are of steps; that of `assist.pages.locks` is 1.
SPACE = 2
# Of a recording, each with this lock: who is at one may be about to upload something.
STEPS = ("prepare", "join", "extras")
# So that a machine that is gone without a word holds none for longer than half a minute; seconds, seconds, times.
KEEPALIVES = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}


@contextmanager
def alone_at(step: str, of: UUID) -> Iterator[bool]:
    """Whether nobody else is at it; the lock ends with this block, and with the worker's connection.

    It is of the connection, not of a transaction, since a step has several.
    """
    key: list[int | str] = [SPACE, f"{step}:{of}"]
    with connection.cursor() as cursor:
        for setting in KEEPALIVES.items():
            cursor.execute("SELECT set_config(%s, %s, false)", setting)
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key)
        [is_alone] = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone and connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)


@contextmanager
def alone_at_recording(recording_id: UUID) -> Iterator[bool]:
    """Whether nobody is at any step of it, nor begins one in this block."""
    with ExitStack() as held:
        yield all(held.enter_context(alone_at(step, recording_id)) for step in STEPS)
