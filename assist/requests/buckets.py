"""Rates that allow a burst."""

import time


class Bucket:
    """Refills with `rate` a second up to `BURST_SECONDS` of it."""

    __slots__ = ("_level", "_most", "_rate", "_then")

    def __init__(self, rate: float, burst_seconds: float) -> None:
        self._rate = rate
        self._most = self._level = rate * burst_seconds
        self._then = time.monotonic()

    def take(self, amount: float) -> bool:
        """False when there is not enough left."""
        now = time.monotonic()
        self._level = min(self._most, self._level + (now - self._then) * self._rate)
        self._then = now
        if amount > self._level:
            return False
        self._level -= amount
        return True

    def seconds_until(self, amount: float) -> float:
        """0 when there is enough now."""
        missing = min(amount, self._most) - self._level
        return max(0.0, missing / self._rate - (time.monotonic() - self._then))
