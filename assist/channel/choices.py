"""Whether the visitor pauses: chosen in one tab, stored with a number, and told to the others.

What is published can be lost: when Valkey restarts, or where a subscription is half open. So each tab's connection
knows the number of the choice that its tab follows, and compares it with the stored one: with each answer of the
writer, and every few seconds (node.py).
"""

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
        self._own: list[tuple[int, bool]] = []  # an empty deque takes 760 bytes of each idle session

    def make(self, seq: int, *, is_paused: bool) -> None:
        """The tab has chosen this itself; until the frame is stored it counts more than what others chose before."""
        self._own.append((seq, is_paused))

    def stored(self, seq: int, choice: Choice) -> bool:
        """Frames are stored up to `seq`, and `choice` is the newest then: whether the tab itself has made one."""
        count = next((i for i, (at, _is_paused) in enumerate(self._own) if at > seq), len(self._own))
        own = self._own[count - 1][1] if count else None
        del self._own[:count]
        self._learn(choice, own=own)
        return own is not None

    def learn(self, choice: Choice) -> None:
        self._learn(choice, own=None)

    def _learn(self, choice: Choice, *, own: bool | None) -> None:
        if choice.at > self.newest.at:
            self.newest = choice
            if choice.is_paused != own and not self._own:
                self._tell(choice.is_paused)
