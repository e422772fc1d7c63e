"""The demo's look at its own video: a true film is accepted, one that is half a second off is not."""

import io
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from assist.channel.protocol import FrameKind
from helpdesk.demo.cast import SentFrame, StoryError
from helpdesk.demo.moments import Stretch, loads_of
from helpdesk.demo.pictures import JpegPeer, cells, likeness
from helpdesk.demo.video import Video, check_frames

WIDTH, HEIGHT = 320, 180
LENGTH_S, FRAMES_A_SECOND = 12.0, 20
CHANGE_EVERY_S = 0.8
STARTED_AT = 1_000_000.0
SEEDS = range(6)


def page(state: int) -> np.ndarray:
    """Lines of text, and a box that is elsewhere in each state."""
    picture = np.full((HEIGHT, WIDTH, 3), 245, np.uint8)
    picture[8:HEIGHT:16, 8:200] = 60
    draw = np.random.default_rng(state)
    x, y = int(draw.integers(0, WIDTH - 100)), int(draw.integers(0, HEIGHT - 90))
    picture[y : y + 90, x : x + 100] = draw.integers(0, 255, 3)
    return picture


def state_at(seconds: float) -> int:
    return int(max(0.0, seconds) / CHANGE_EVERY_S)


def film(*, late_s: float, shown: tuple[float, float, int] = (0, 0, 0)) -> Video:
    """Late by so much; from `shown[0]` to `shown[1]` it shows the state `shown[2]`, whatever it was."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FRAMES_A_SECOND, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(round(LENGTH_S * FRAMES_A_SECOND)):
            at = number / FRAMES_A_SECOND
            state = shown[2] if shown[0] <= at < shown[1] else state_at(at - late_s)
            frame = av.VideoFrame.from_ndarray(page(state), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Video(file.getvalue())


@pytest.fixture(scope="module")
def peer() -> JpegPeer:
    """The pictures of a visitor's browser, each 0.02 s after the change that it shows."""

    def pictures() -> Iterator[tuple[float, bytes]]:
        for state in range(state_at(LENGTH_S)):
            jpeg = io.BytesIO()
            Image.fromarray(page(state)).save(jpeg, "JPEG", quality=60)
            yield STARTED_AT + state * CHANGE_EVERY_S + 0.02, jpeg.getvalue()

    return JpegPeer(seen=list(pictures()))


def accepts(video: Video, peer: JpegPeer, out: Path, *, loads: list[Stretch] | None = None) -> set[bool]:
    """What is said of the film, over several draws of moments."""

    def accepted(seed: int) -> bool:
        try:
            rng = random.Random(seed)
            check_frames(video, peer=peer, started_at=STARTED_AT, rng=rng, out=out, loads=loads or [])
        except StoryError:
            return False
        return True

    return {accepted(seed) for seed in SEEDS}


@pytest.mark.parametrize("late_s", [0.0, 0.1])
def test_film_is_accepted_within_a_batch(peer: JpegPeer, tmp_path: Path, late_s: float) -> None:
    assert accepts(film(late_s=late_s), peer, tmp_path) == {True}


@pytest.mark.parametrize("late_s", [0.5, 0.9, 1.1, -0.5])
def test_film_is_refused_half_a_second_off(peer: JpegPeer, tmp_path: Path, late_s: float) -> None:
    assert accepts(film(late_s=late_s), peer, tmp_path) == {False}


def test_film_may_show_the_page_before_only_while_one_loads(peer: JpegPeer, tmp_path: Path) -> None:
    """From 4.0 s to 4.7 s it stays at what was there at 3.9 s."""
    video = film(late_s=0.0, shown=(4.0, 4.7, state_at(3.9)))
    assert accepts(video, peer, tmp_path, loads=[(STARTED_AT + 3.95, STARTED_AT + 4.75)]) == {True}
    assert False in accepts(video, peer, tmp_path)


def test_pages_load_from_leaving_one_to_the_first_look_of_the_next() -> None:
    kinds = [
        (2.0, FrameKind.SNAPSHOT),
        (3.0, FrameKind.OPERATIONS),
        (4.1, FrameKind.OPERATIONS),
        (4.5, FrameKind.HISTORY),
        (5.0, FrameKind.SNAPSHOT),
        (7.0, FrameKind.PAGE_ENTER),
        (7.2, FrameKind.SNAPSHOT),
    ]
    sent = [SentFrame(0.0, kind, 1, 100, happened_at=at) for at, kind in kinds]
    assert loads_of(sent, left_at=[4.0, 6.0, 6.1]) == [(4.0, 4.5), (6.0, 7.2)]


def test_blank_pictures_are_alike() -> None:
    blank, other = np.full((36, 64), 255.0), cells(page(1))
    assert likeness(blank, blank) == 1.0
    assert likeness(blank, other) == 0.0
