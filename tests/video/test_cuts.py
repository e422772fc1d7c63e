"""Segments take equally long to render, begin with a page where one begins near by, and are neither long nor short."""

from collections import Counter
from itertools import pairwise

import pytest

from recordings.video.cuts import LONGEST_SEGMENT_MS, MOST_BY_COST, SHORTEST_SEGMENT_MS, cuts_of
from recordings.video.idle import Skip, VideoTime

MINUTE, HOUR = 60_000, 3_600_000


def cuts(duration_ms: int, frames: dict[int, int] | None = None, visits: list[int] | None = None) -> list[int]:
    return cuts_of(VideoTime(), duration_ms=duration_ms, frames=Counter(frames or {}), visits=visits or [0])


def lengths(starts: list[int], duration_ms: int) -> list[int]:
    return [end - start for start, end in pairwise([*starts, duration_ms])]


def test_parts_have_equal_shares_of_what_came() -> None:
    busy = dict.fromkeys(range(0, 20), 20)
    starts = cuts(40_000, busy)
    edges = [*starts, 40_000]
    shares = [sum(count for second, count in busy.items() if a <= second * 1000 < b) for a, b in pairwise(edges)]
    assert len(starts) == 2
    assert abs(shares[0] - shares[1]) <= 40
    assert starts[1] < 12_000


def test_part_begins_with_a_page_that_begins_near_by() -> None:
    assert cuts(MINUTE, visits=[0, 28_500, 50_000]) == [0, 28_500]
    assert cuts(MINUTE, visits=[0, 12_000, 50_000]) == [0, 30_000]


@pytest.mark.parametrize("duration_ms", [900, 31_000, MINUTE, 5 * MINUTE, 8 * HOUR])
@pytest.mark.parametrize("rate", [0, 1, 25, 400])
def test_no_part_is_long_or_short(duration_ms: int, rate: int) -> None:
    starts = cuts(duration_ms, dict.fromkeys(range(0, duration_ms // 1000, 3), rate))
    assert starts[0] == 0
    assert max(lengths(starts, duration_ms)) <= LONGEST_SEGMENT_MS
    assert len(starts) == 1 or min(lengths(starts, duration_ms)) >= SHORTEST_SEGMENT_MS
    assert len(starts) <= max(MOST_BY_COST, duration_ms / LONGEST_SEGMENT_MS * 1.2 + 2)


def test_what_is_shortened_counts_by_its_length_in_the_video() -> None:
    time = VideoTime([Skip(10_000, HOUR - 10_000, 2_000)])
    assert cuts_of(time, duration_ms=HOUR, frames=Counter(), visits=[0]) == [0]


def test_burst_of_a_second_is_cut_no_further() -> None:
    assert lengths(cuts(10_000, {5: 10**6}), 10_000) == [10_000]
