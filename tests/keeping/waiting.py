"""Waiting until another transaction waits."""

import time

from django.db import connection

DEADLINE_SECONDS = 30
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def wait_for_locks(count: int = 1) -> None:
    """Until at least so many other connections wait for a lock of the database."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone()[0] >= count:
                return
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)
