"""Moments of the video, and the pictures of the visitor's browser that each may look like."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from assist.channel.protocol import FrameKind
from helpdesk.demo.cast import SentFrame
from helpdesk.demo.pictures import cells, likeness, load

# The video is late by the batch of a change (0.05 s, on a busy machine 0.1 s) and by a step of the renderer (0.05 s).
LATE_S = 0.25
# A picture comes with the paint: 0.02 to 0.04 s after the change. Where four are at work on one core, most come within
# 0.3 s and single ones take 0.9 s, and until then the video is right to be ahead of them.
PAINTED_S = 0.3
LAST_PAINTED_S = 1.0
# Charts come after the first snapshot: a canvas is taken when the page has nothing else to do.
CHARTS_S = 0.6
# A film that is off by so much has to be refused.
OFF_S = 0.5
MIN_LIKENESS = 0.9
# A frame may not be more like a picture of another moment than like those of its own.
MAX_BETTER_ELSEWHERE = 0.02
JUST_S = 0.001

Stretch = tuple[float, float]


def loads_of(sent: Sequence[SentFrame], *, left_at: Sequence[float]) -> list[Stretch]:
    """When pages were loading, in s since 1970: from leaving one to the first word of how the next one looks.

    Until then the page before it stays in the video, whatever the visitor's browser shows.
    """
    loads: list[Stretch] = []
    for frame in sent:
        since = loads[-1][1] if loads else 0.0
        left = [at for at in left_at if since < at <= frame.happened_at]
        if left and frame.kind in (FrameKind.SNAPSHOT, FrameKind.HISTORY):
            loads.append((left[0], frame.happened_at))
    return loads


class Pictures:
    """What the visitor's browser painted, in cells, each with its time in s since 1970; `loads` as of `loads_of`."""

    def __init__(self, seen: Sequence[tuple[float, bytes]], *, loads: Sequence[Stretch] = ()) -> None:
        in_order = sorted(seen, key=lambda picture: picture[0])  # Chromium sends them as they are encoded
        pictures = [load(data) for _, data in in_order]
        self._times = [at for at, _ in in_order]
        self._shapes = [picture.shape for picture in pictures]
        self._grids = [cells(picture) for picture in pictures]
        self._loads = loads

    def likeness_of(self, frame: np.ndarray, at: float, *, ahead_s: float = LAST_PAINTED_S) -> tuple[float, float]:
        """How much a frame is like what was on the screen at a moment, and like anything that ever was."""
        grids = {shape: cells(_content(frame, shape)) for shape in set(self._shapes)}
        scores = [likeness(own, grids[shape]) for own, shape in zip(self._grids, self._shapes, strict=True)]
        return max(scores[self._around(at, ahead_s)]), max(scores)

    def is_like(self, frame: np.ndarray, at: float, *, ahead_s: float = LAST_PAINTED_S) -> bool:
        score, elsewhere = self.likeness_of(frame, at, ahead_s=ahead_s)
        return score >= MIN_LIKENESS and elsewhere - score <= MAX_BETTER_ELSEWHERE

    def moments_after_changes(self, *, since: float) -> list[float]:
        """Where a film that is OFF_S late still shows what was there before a change that is plain to see."""
        moments = [changed_at + LATE_S + JUST_S for changed_at in self._times]
        return [at for at in moments if since < at and self._would_tell(at, at - OFF_S, ahead_s=LAST_PAINTED_S)]

    def moments_before_changes(self, *, since: float) -> list[float]:
        """Where a film that is OFF_S early shows already what comes with a change that is plain to see."""
        moments = [changed_at - PAINTED_S - JUST_S for changed_at in self._times]
        return [at for at in moments if since < at and self._would_tell(at, at + OFF_S, ahead_s=PAINTED_S)]

    def _would_tell(self, at: float, shown_at: float, *, ahead_s: float) -> bool:
        """With room for how much a frame differs from a picture of the same state."""
        wrong = self._grids[self._at(shown_at)]
        around = self._grids[self._around(at, ahead_s)]
        return max(likeness(own, wrong) for own in around) < 1 - 2 * MAX_BETTER_ELSEWHERE

    def _around(self, at: float, ahead_s: float) -> slice:
        """Those that a frame at this moment may look like; while a page is loading it may be of any moment of that."""
        earliest, latest = at - LATE_S, at + ahead_s
        for begun, ended in self._loads:
            if begun - LATE_S <= at <= ended + CHARTS_S:
                earliest, latest = min(earliest, begun - LATE_S), max(latest, ended + LAST_PAINTED_S)
        return slice(self._at(earliest), max(bisect_left(self._times, latest), self._at(earliest) + 1))

    def _at(self, at: float) -> int:
        """The picture that was on the screen at a moment."""
        return max(0, bisect_right(self._times, at) - 1)


def _content(frame: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The part of a letterboxed frame that holds a page of a picture's shape."""
    height, width = frame.shape[:2]
    scale = min(1.0, width / shape[1], height / shape[0])
    inner_w, inner_h = round(shape[1] * scale), round(shape[0] * scale)
    left, top = (width - inner_w) // 2, (height - inner_h) // 2
    return frame[top : top + inner_h, left : left + inner_w]
