"""When the stage is looked at: at each step while something on it moves, else where something can have changed."""

import math

from recordings.video.shown import Activity

# Changes that follow sooner are shown together, in the middle of their time: at most 21 ms early or late.
STEP_MS = 42
MOVING_STEP_MS = 100
# A picture that moves by itself is no animation that anybody can ask for: it is found by looking, and then for a while.
LOOK_MS = 500
RESTLESS_MS = 1_000


class Pace:
    """All times in ms since the session's start at `epoch_ms`."""

    def __init__(self, epoch_ms: float) -> None:
        self._epoch_ms = epoch_ms
        self._activity = Activity(is_moving=True, timer_ms=None)
        self._asked_at = self._looked_at = self._restless_until = -math.inf

    def moves(self, at: float) -> bool:
        return self._activity.is_moving or at < self._restless_until

    def due_at(self, at: float) -> float:
        """When to look next, seen from `at`."""
        if self.moves(at):
            return self._looked_at + MOVING_STEP_MS
        timer_ms = self._activity.timer_ms
        timer_at = timer_ms - self._epoch_ms if timer_ms is not None else math.inf
        return min(self._looked_at + LOOK_MS, max(timer_at, self._looked_at + STEP_MS))

    def look(self, at: float) -> None:
        self._looked_at = at

    def wants_activity(self, at: float, *, has_moved: bool) -> bool:
        """An animation can be where nobody sees it, and so does not tell by itself that it has ended."""
        return not self._activity.is_moving or (not has_moved and at >= self._asked_at + LOOK_MS)

    def tell(self, activity: Activity, at: float, *, has_moved: bool = False) -> None:
        """What the stage does; that something has moved though no animation runs."""
        self._activity, self._asked_at = activity, at
        if has_moved and not activity.is_moving:
            self._restless_until = at + RESTLESS_MS
