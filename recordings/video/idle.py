"""Idle stretches of a session, and the time of a video that shows them in less.

A stretch is idle when nothing came from any tab of the visitor in IDLE_SECONDS whole seconds or more, counted from the
session's start. Its first and last second stay as they are; what is between takes KEPT_MS of the video, evenly.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

IDLE_SECONDS = 10
LEAD_MS = 1_000
KEPT_MS = 2_000


@dataclass(frozen=True, slots=True)
class Skip:
    """[starts_ms, ends_ms) of the session takes `kept_ms` of the video."""

    starts_ms: int
    ends_ms: int
    kept_ms: int

    @property
    def saved_ms(self) -> int:
        return self.ends_ms - self.starts_ms - self.kept_ms


def idle_skips(active_seconds: Iterable[int], *, duration_ms: int) -> list[Skip]:
    """What to shorten of a session in whose seconds `active_seconds` (from its start) something came."""
    return [
        Skip(starts_ms + LEAD_MS, ends_ms - LEAD_MS, KEPT_MS)
        for starts_ms, ends_ms in _idle(active_seconds, duration_ms)
    ]


def _idle(active_seconds: Iterable[int], duration_ms: int) -> Iterator[tuple[int, int]]:
    edges = [-1, *sorted(set(active_seconds)), -(-duration_ms // 1000)]
    for before, after in pairwise(edges):
        if after - before - 1 >= IDLE_SECONDS:
            yield 1000 * (before + 1), min(1000 * after, duration_ms)


class VideoTime:
    """Session time to video time and back, both in ms from the start and both rising."""

    def __init__(self, skips: Sequence[Skip] = ()) -> None:
        self.skips = tuple(skips)
        self._starts = [skip.starts_ms for skip in skips]
        self._saved = [0]
        for skip in skips:
            self._saved.append(self._saved[-1] + skip.saved_ms)
        self._video_starts = [start - saved for start, saved in zip(self._starts, self._saved, strict=False)]

    def of_video(self, session_ms: float) -> float:
        """When the video shows what was at `session_ms`."""
        count = bisect_right(self._starts, session_ms)
        skip = self.skips[count - 1] if count else None
        if skip is None or session_ms >= skip.ends_ms:
            return session_ms - self._saved[count]
        passed = (session_ms - skip.starts_ms) * skip.kept_ms / (skip.ends_ms - skip.starts_ms)
        return self._video_starts[count - 1] + passed

    def of_session(self, video_ms: float) -> float:
        """What the video shows at `video_ms`."""
        count = bisect_right(self._video_starts, video_ms)
        skip = self.skips[count - 1] if count else None
        if skip is None or video_ms >= self._video_starts[count - 1] + skip.kept_ms:
            return video_ms + self._saved[count]
        passed = video_ms - self._video_starts[count - 1]
        return skip.starts_ms + passed * (skip.ends_ms - skip.starts_ms) / skip.kept_ms

    def is_shortened(self, session_ms: float) -> bool:
        count = bisect_right(self._starts, session_ms)
        return count > 0 and session_ms < self.skips[count - 1].ends_ms


def as_rows(skips: Sequence[Skip]) -> list[dict[str, int]]:
    """As `Recording.skips` keeps them."""
    return [asdict(skip) for skip in skips]


def of_rows(rows: Iterable[dict[str, Any]]) -> VideoTime:
    return VideoTime([Skip(**row) for row in rows])
