"""Whether the visitor pauses: chosen in one tab, stored with a number, and told to the others.

What is published can be lost: when Valkey restarts, or where a subscription is half open. So each tab's connection
knows the number of the choice that its tab follows, and compares it with the stored one: with each answer of the
writer, and every few seconds (node.py).
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple


class Choice(NamedTuple):
    """`at` numbers it: when it was stored, ms by the clock of Valkey, and more than that of the one before."""

    at: int
    is_paused: bool


NO_CHOICE = Choice(-1, False)


class Choices:
    """As one tab's connection knows them; `tell(is_paused)` is called for those that others have made."""

    def __init__(self, tell: Callable[[bool], object]) -> None:
        self.newest = NO_CHOICE
        self._tell = tell
        self._own: deque[tuple[int, bool]] = deque()

    def make(self, seq: int, *, is_paused: bool) -> None:
        """The tab has chosen this itself; until the frame is stored it counts more than what others chose before."""
        self._own.append((seq, is_paused))

    def stored(self, seq: int, choice: Choice) -> bool:
        """Frames are stored up to `seq`, and `choice` is the newest then: whether the tab itself has made one."""
        own = None
        while self._own and self._own[0][0] <= seq:
            own = self._own.popleft()[1]
        self._learn(choice, own=own)
        return own is not None

    def learn(self, choice: Choice) -> None:
        self._learn(choice, own=None)

    def _learn(self, choice: Choice, *, own: bool | None) -> None:
        if choice.at > self.newest.at:
            self.newest = choice
            if choice.is_paused != own and not self._own:
                self._tell(choice.is_paused)
