"""A connection that is only half open never closes by itself: who says nothing is asked, and then taken for gone."""

import asyncio
import time
from collections.abc import Callable

from assist.channel import limits


class Silence:
    """`ask` is called after SILENCE_SECONDS, `lost` with the silence in seconds when no answer comes.

    A browser says something every 10 s by itself, but not while it slows the timers of a hidden tab down; it answers
    even then. A process that was stopped for a while asks before it takes anybody for gone.
    """

    def __init__(self, *, ask: Callable[[], object], lost: Callable[[float], object]) -> None:
        self._ask, self._lost = ask, lost
        self._heard_at = time.monotonic()
        self._is_asked = False
        self._wait(limits.SILENCE_SECONDS)

    def heard(self) -> None:
        self._heard_at, self._is_asked = time.monotonic(), False

    def stop(self) -> None:
        self._timer.cancel()

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._check)

    def _check(self) -> None:
        silent = time.monotonic() - self._heard_at
        if silent < limits.SILENCE_SECONDS:
            self._wait(limits.SILENCE_SECONDS - silent)
        elif not self._is_asked:
            self._is_asked = True
            self._ask()
            self._wait(limits.ANSWER_SECONDS)
        else:
            self._lost(silent)
