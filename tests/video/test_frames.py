"""When a page that waits is given frames."""

from recordings.video.shell import FRAMES_AFTER_SECONDS
from tests.video.stage import open_stage, page

LATE = FRAMES_AFTER_SECONDS + 1


def test_stage_that_just_asked_for_something_is_given_no_frame() -> None:
    with open_stage([page(0, "<p>One</p>")]) as stage:
        before, stage._answers._asked_at = stage._tick, float("inf")
        stage._pump(LATE, FRAMES_AFTER_SECONDS)
        assert stage._tick == before
        stage._answers._asked_at = 0.0
        stage._pump(LATE, FRAMES_AFTER_SECONDS)
        assert stage._tick > before
