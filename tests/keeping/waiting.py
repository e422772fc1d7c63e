"""Waiting until another transaction waits."""

import time

from django.db import connection

DEADLINE_SECONDS = 30
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def wait_for_a_lock() -> None:
    """Until somebody waits for a lock of the database."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone():
                return
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)
