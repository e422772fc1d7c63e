"""Where a session is cut into segments: into parts that take equally long, so that all workers end together."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from recordings.video.idle import VideoTime

# What rendering takes on a core, by the seconds of three sessions of `make bench-video`: of their differences the
# number of frames explains 0.87 (R²).
SECOND_MS, FRAME_MS = 10, 26
# Changes beyond the steps of a second are shown together. Of an animation only the beginning is known, so it counts by
# its length.
MOST_FRAMES_A_SECOND = 25
# Each has a page to build first, which takes half a second.
SEGMENT_COST_MS = 6_000
# So many workers find enough to do; what needs more for its length is cut into equal lengths.
MOST_BY_COST = 64
# Of the video: bounds what a worker holds, and what is lost where one ends.
LONGEST_SEGMENT_MS = 40_000
SHORTEST_SEGMENT_MS = 2_000
# A page begins within so much of a part from where it would be cut: there the browser has to build least.
NEAR = 0.2


def cuts_of(time: VideoTime, *, duration_ms: int, frames: Mapping[int, int], visits: Sequence[int]) -> list[int]:
    """Starts of the segments in ms since the session's start, the first 0.

    `frames` are how many came in each second, `visits` when pages were entered.
    """
    seconds = range(-(-duration_ms // 1000))
    lengths = [time.of_video(1000 * at + 1000) - time.of_video(1000 * at) for at in seconds]
    costs = [
        SECOND_MS / 1000 * length + FRAME_MS * min(frames.get(at, 0), MOST_FRAMES_A_SECOND)
        for at, length in zip(seconds, lengths, strict=True)
    ]
    parts = math.ceil(max(min(MOST_BY_COST, sum(costs) / SEGMENT_COST_MS), sum(lengths) / LONGEST_SEGMENT_MS))
    parts += parts % 2 if parts > 1 else 0
    sums = [0.0, *accumulate(costs if parts <= MOST_BY_COST else lengths)]
    at_visits = {_cost_at(sums, visit): float(visit) for visit in visits}
    known, of_part = sorted(at_visits), sums[-1] / parts
    wanted = [(cost, _nearest(known, cost)) for cost in (of_part * part for part in range(1, parts))]
    cuts = [at_visits[near] if abs(near - cost) <= NEAR * of_part else _when(sums, cost) for cost, near in wanted]
    return _of_good_length([0.0, *cuts, float(duration_ms)], time)


def _nearest(costs: Sequence[float], cost: float) -> float:
    at = bisect_left(costs, cost)
    return min(costs[max(at - 1, 0) : at + 1], key=lambda one: abs(one - cost), default=math.inf)


def _when(sums: Sequence[float], cost: float) -> float:
    """When so much of the cost has come."""
    second = max(1, bisect_left(sums, cost))
    return 1000 * (second - 1 + (cost - sums[second - 1]) / (sums[second] - sums[second - 1]))


def _cost_at(sums: Sequence[float], at_ms: float) -> float:
    second, part = divmod(at_ms / 1000, 1)
    at = min(int(second), len(sums) - 2)
    return sums[at] + part * (sums[at + 1] - sums[at])


def _of_good_length(edges: Sequence[float], time: VideoTime) -> list[int]:
    """Starts; what is too long in the video is cut again, into equal parts, and what is too short is left out."""
    starts = [0.0]
    for start, end in pairwise(time.of_video(edge) for edge in edges):
        if start - starts[-1] >= SHORTEST_SEGMENT_MS:
            starts.append(start)
        parts = math.ceil((end - starts[-1]) / LONGEST_SEGMENT_MS)
        begin = starts[-1]
        starts += [begin + (end - begin) * part / parts for part in range(1, parts)]
    length_ms = time.of_video(edges[-1])
    if len(starts) > 1 and length_ms - starts[-1] < SHORTEST_SEGMENT_MS:
        starts.pop()
    return [round(time.of_session(start)) for start in starts]
