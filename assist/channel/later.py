"""Calls that all wait for the same time, behind one timer of the event loop."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

logger = logging.getLogger(__name__)
EARLY_SECONDS = 0.02


class Later:
    """`add(call)` runs it within `seconds`, with others that are due at nearly the same time."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._loop = seconds, asyncio.get_running_loop()
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, call: Callable[[], None]) -> None:
        self._waiting.append((self._loop.time() + self._seconds, call))
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._run)

    def _run(self) -> None:
        until = self._loop.time() + EARLY_SECONDS
        due = []
        while self._waiting and self._waiting[0][0] <= until:
            due.append(self._waiting.popleft()[1])
        # Before the calls, of which one may add another.
        self._timer = self._loop.call_at(self._waiting[0][0], self._run) if self._waiting else None
        for call in due:
            _run_or_log(call)


def _run_or_log(call: Callable[[], None]) -> None:
    """Those behind it are other connections'."""
    try:
        call()
    except Exception:
        logger.exception("a call that waited for its time has failed")
