"""What is idle, and the time of a video that shows it in less; web/review/skips.ts has it too."""

import json
import math
from pathlib import Path

import pytest

from recordings.video.cuts import LONGEST_SEGMENT_MS
from recordings.video.idle import KEPT_MS, Skip, VideoTime, idle_skips
from recordings.video.plan import Timeline

VECTORS = Path(__file__).parents[1] / "vectors" / "skips" / "vectors.json"


@pytest.mark.parametrize(
    ("active_seconds", "duration_ms", "skips"),
    [
        ({0, 5, 15}, 16_000, []),
        ({0, 5, 16}, 17_000, [Skip(7000, 15_000, KEPT_MS)]),
        ({11}, 12_000, [Skip(1000, 10_000, KEPT_MS)]),
        ({0}, 60_500, [Skip(2000, 59_500, KEPT_MS)]),
        (set(), 30_000, [Skip(1000, 29_000, KEPT_MS)]),
        ({0}, 9_000, []),
    ],
)
def test_idle_are_ten_whole_seconds_in_which_nothing_came(
    active_seconds: set[int], duration_ms: int, skips: list[Skip]
) -> None:
    assert idle_skips(active_seconds, duration_ms=duration_ms) == skips


def test_times_go_there_and_back() -> None:
    for vector in json.loads(VECTORS.read_text()):
        time = VideoTime([Skip(**skip) for skip in vector["skips"]])
        for session_ms, video_ms in vector["times"]:
            assert time.of_video(session_ms) == pytest.approx(video_ms)
            assert time.of_session(video_ms) == pytest.approx(session_ms)


def test_cuts_are_as_long_as_the_video_is() -> None:
    hour = 3_600_000
    timeline = Timeline(duration_ms=hour, skips=[Skip(10_000, hour - 10_000, KEPT_MS)])
    assert timeline.cuts() == [(0, hour)]
    assert timeline.video_ms(hour) == 22_000
    assert len(Timeline(duration_ms=hour).cuts()) <= math.ceil(hour / LONGEST_SEGMENT_MS) + 1
