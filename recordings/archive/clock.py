"""When things happened, on the server's clock: as the visitor's clock says, within what the server knows.

The rule stands in docs/protocol.md under "Times"; web/rebuild/clock.ts has it too, and both share tests/vectors/clock.
"""

from dataclasses import dataclass

SLACK_MS = 1000


@dataclass
class TabClock:
    """`offset_ms` is server clock minus visitor clock; `latest` and `before` are the times of the last two frames."""

    offset_ms: float
    latest: float
    before: float


class Clock:
    """Fed with a session's frames in the order of their arrival; all times in ms since 1970."""

    def __init__(self) -> None:
        self._tabs: dict[int, TabClock] = {}

    def tab(self, tab: int) -> TabClock | None:
        """What is known of a tab, None before it was heard of."""
        return self._tabs.get(tab)

    def hello(self, tab: int, *, offset_ms: float, received_ms: float) -> None:
        """The clocks were compared; a tab's first frame comes after its first hello."""
        known = self._tabs.get(tab)
        if known:
            known.offset_ms = offset_ms
        else:
            earliest = received_ms - SLACK_MS
            self._tabs[tab] = TabClock(offset_ms, earliest, earliest)

    def frame(self, tab: int, time_ms: float, *, received_ms: float) -> float:
        """Not after it was received, not before the tab's frame before it."""
        clock = self._tabs.setdefault(tab, TabClock(received_ms - time_ms, received_ms, received_ms))
        at = time_ms + clock.offset_ms
        if at < clock.latest - SLACK_MS or at > received_ms + SLACK_MS:
            # The visitor's clock has jumped: from here on it is compared anew.
            clock.offset_ms = received_ms - time_ms
            at = received_ms
        clock.before, clock.latest = clock.latest, max(clock.latest, min(at, received_ms))
        return clock.latest

    def operation(self, tab: int, time_ms: float, *, stream_at: float | None = None) -> float:
        """Of an operation in the tab's last frame: not after that frame, nor more than SLACK_MS before the one before.

        A picture of a canvas was taken before its upload: its bound is `stream_at`, when its stream began.
        """
        clock = self._tabs[tab]
        earliest = clock.before - SLACK_MS if stream_at is None else stream_at
        return min(max(time_ms + clock.offset_ms, earliest), clock.latest)
