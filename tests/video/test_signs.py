"""What we draw: taps, the field that is typed into, the strip above the page, and time that runs faster."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from recordings.video.idle import Skip, VideoTime
from recordings.video.overlay import Mark, Marks
from recordings.video.plan import Canvas
from recordings.video.signs import COLOUR
from recordings.video.strip import HEIGHT, Presence, Strip
from tests.video.stage import entry, page
from tests.video.test_render import assert_colour, block, frame_at, frames_of, render

BOX = [40, 60, 100, 30]
EDGE_AT = (58, 90)


def is_marked(picture: np.ndarray, *, y: int, x: int) -> bool:
    return bool(np.abs(picture[y, x].astype(int) - COLOUR).max() < 90)


def test_finger_leaves_a_ripple_and_no_pointer() -> None:
    kinds = [("touchstart", 0), ("touchend", 80), ("mousedown", 300), ("mouseup", 301), ("click", 302)]
    marks = Marks([Mark(at_ms, kind, 50, 60) for kind, at_ms in kinds] + [Mark(5000, "move", 90, 90)])
    pointer, clicks = marks.at(100)
    assert (pointer, len(clicks)) == (None, 1)
    assert marks.at(400)[0] is None
    assert len(marks.at(401)[1]) <= 1
    assert marks.at(6000)[0] == Mark(5000, "move", 90, 90)


def test_field_that_is_typed_into_has_an_edge_for_a_while(tmp_path: Path) -> None:
    entries = [page(0, block("red")), entry(1000, id="a", style="height:240px;background:red", typed=BOX)]
    render(tmp_path / "a.mp4", entries, ends_ms=3000)
    frames = frames_of(tmp_path / "a.mp4")
    assert [is_marked(frame_at(frames, at), y=EDGE_AT[0], x=EDGE_AT[1]) for at in (900, 1200, 2000)] == [
        False,
        True,
        False,
    ]
    assert_colour(frame_at(frames, 1200), "red", y=75, x=90)


def test_strip_stands_above_the_page_and_idle_time_runs_faster(tmp_path: Path) -> None:
    canvas, time = Canvas(320, 240 + HEIGHT, 1.0, HEIGHT), VideoTime([Skip(1000, 21_000, 2000)])
    strip = Strip([Presence(0, "Ann"), Presence(22_000, "Ben")], "en")
    entries = [page(0, block("red")), page(22_000, block("lime"))]
    render(tmp_path / "a.mp4", entries, ends_ms=23_000, canvas=canvas, time=time, strip=strip)
    frames = frames_of(tmp_path / "a.mp4")
    assert frames[-1][0] < 5000
    shown = {at: frame_at(frames, at) for at in (900, 2000, 3900, 4500)}
    for at, colour in ((900, "red"), (2000, "red"), (3900, "red"), (4500, "lime")):
        assert_colour(shown[at], colour, y=HEIGHT + 120)
    texts = [picture[:HEIGHT].astype(int) for picture in shown.values()]
    assert all(text[4, 4].max() < 80 and text.max() > 200 for text in texts)
    assert all(np.abs(one - other).max() > 100 for one, other in pairwise(texts))
    signs = [bool(np.abs(picture[28, 320 - 40].astype(int) - 255).max() < 40) for picture in shown.values()]
    assert signs == [False, True, False, False]


def test_strip_says_who_was_there_and_when() -> None:
    strip = Strip([Presence(0, ""), Presence(61_000, "小明")], "zh-hans")
    assert strip.text_at(60_999).endswith("· 1:00")
    assert "小明" in strip.text_at(61_000)
