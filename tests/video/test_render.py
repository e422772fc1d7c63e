"""Stepping in a real headless shell: what is on the frame at a time is what the page showed then."""

import base64
import io
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from recordings.video.pace import LOOK_MS
from recordings.video.plan import Canvas
from recordings.video.render import Rendering, render_stretch
from recordings.video.shell import FRAMES_AFTER_SECONDS
from recordings.video.stretch import Card, RenderCost, Stretch
from tests.video.stage import EPOCH_MS, entry, open_stage, page

CANVAS = Canvas(320, 240, 1.0)
COLOURS = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255)}


def block(colour: str, *, extra: str = "") -> str:
    return f"<body style='margin:0'><div id=a style='height:240px;background:{colour}'></div>{extra}</body>"


def render(
    path: Path, entries: list[tuple[float, bytes]], *, ends_ms: int, canvas: Canvas = CANVAS, **options: object
) -> RenderCost:
    with open_stage(entries, scale=canvas.scale) as shell:
        return render_stretch(shell, Stretch(0, ends_ms, EPOCH_MS, canvas, **options), path)  # type: ignore[arg-type]


def frames_of(path: Path) -> list[tuple[int, np.ndarray]]:
    with av.open(str(path)) as container:
        return [(frame.pts, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def frame_at(frames: list[tuple[int, np.ndarray]], at_ms: int) -> np.ndarray:
    return [picture for at, picture in frames if at <= at_ms][-1]


def assert_colour(picture: np.ndarray, colour: str, *, y: int = 120, x: int = 160) -> None:
    assert np.abs(picture[y, x].astype(int) - COLOURS[colour]).max() < 12, picture[y, x]


def test_frames_show_the_state_at_their_time(tmp_path: Path) -> None:
    entries = [
        page(0, block("red")),
        entry(1000, id="a", style="height:240px;background:lime"),
        page(2500, block("blue")),
    ]
    render(tmp_path / "a.mp4", entries, ends_ms=4000)
    frames = frames_of(tmp_path / "a.mp4")
    for at_ms, colour in ((0, "red"), (960, "red"), (1040, "lime"), (2460, "lime"), (2540, "blue"), (3999, "blue")):
        assert_colour(frame_at(frames, at_ms), colour)


def test_first_page_is_shown_from_the_start(tmp_path: Path) -> None:
    render(tmp_path / "a.mp4", [page(400, block("red"))], ends_ms=1000, first_page_ms=400)
    frames = frames_of(tmp_path / "a.mp4")
    for at_ms in (0, 380, 900):
        assert_colour(frame_at(frames, at_ms), "red")


def test_second_stretch_of_a_stage_is_as_if_it_were_the_first(tmp_path: Path) -> None:
    style = "<style>@keyframes go{to{left:200px}}#b{position:absolute;top:0;left:0;width:40px;height:40px;"
    moving = style + "background:blue;animation:go 1s linear infinite}</style><div id=b></div>"
    first = Stretch(0, 1500, EPOCH_MS, CANVAS, cards=[Card(1000, 2000, "Nothing was received")])
    second = Stretch(0, 2500, EPOCH_MS, CANVAS)
    entries = [page(0, block("lime", extra=moving)), page(1200, block("red"))]
    with open_stage([page(0, block("blue", extra=moving))]) as shell:
        render_stretch(shell, first, tmp_path / "before.mp4")
        shell.empty()
        shell.load(entries)
        render_stretch(shell, second, tmp_path / "second.mp4")
    render(tmp_path / "alone.mp4", entries, ends_ms=2500)
    kept, alone = frames_of(tmp_path / "second.mp4"), frames_of(tmp_path / "alone.mp4")
    assert [at for at, _ in kept] == [at for at, _ in alone]
    assert all(np.array_equal(one, other) for (_, one), (_, other) in zip(kept, alone, strict=True))


def test_stretch_that_follows_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    style = "<style>@keyframes go{to{left:200px}}#b{position:absolute;top:0;left:0;width:40px;height:40px;"
    moving = style + "background:blue;animation:go 3s linear infinite}</style><div id=b></div>"
    late = [entry(at_ms, id="a", style=f"height:{at_ms // 10}px;background:lime") for at_ms in (400, 995, 1400)]
    entries = [page(0, block("red", extra=moving)), *late]
    cards = [Card(800, 1200, "Nothing was received")]
    with open_stage(entries) as shell:
        rendering = Rendering(shell)
        for part, (start, end) in enumerate(((0, 1000), (1000, 1600))):
            stretch = Stretch(start, end, EPOCH_MS, CANVAS, cards=cards)
            rendering.render(stretch, tmp_path / f"{part}.mp4", on_progress=lambda _done_ms: None)
        with pytest.raises(ValueError, match="does not follow"):
            rendering.render(stretch, tmp_path / "again.mp4", on_progress=lambda _done_ms: None)
    render(tmp_path / "whole.mp4", entries, ends_ms=1600, cards=cards)
    parts, whole = [frames_of(tmp_path / f"{part}.mp4") for part in (0, 1)], frames_of(tmp_path / "whole.mp4")
    for at_ms in (50, 450, 900, 1050, 1150, 1250, 1450, 1590):
        part = frame_at(parts[at_ms >= 1000], at_ms % 1000)
        assert np.abs(part.astype(int) - frame_at(whole, at_ms)).mean() < 3


def test_change_that_another_frame_has_drawn_is_in_the_next_picture(tmp_path: Path) -> None:
    """As when a page takes long to settle, or is laid out anew."""
    with open_stage([page(0, block("red")), entry(1000, id="a", style="height:240px;background:lime")]) as shell:
        shell.set_size(width=320, height=240)
        shell.seek(EPOCH_MS + 500)
        shell.start_clock(EPOCH_MS + 500)
        assert_colour(picture_of(shell.draw(EPOCH_MS + 600)), "red")
        shell.seek(EPOCH_MS + 1500)
        shell._pump(FRAMES_AFTER_SECONDS + 1, FRAMES_AFTER_SECONDS)
        assert_colour(picture_of(shell.draw(EPOCH_MS + 1500)), "lime")


def test_browsers_own_pictures_are_as_those_that_are_asked_for(tmp_path: Path) -> None:
    changes = [entry(100 * at, id="a", style=f"height:{10 * at}px;background:lime") for at in range(1, 20)]
    with open_stage([page(0, block("red")), *changes]) as shell:
        shell.set_size(width=320, height=240)
        shell.seek(EPOCH_MS + 1)
        shell.start_clock(EPOCH_MS)
        shell.draw(EPOCH_MS + 1)
        for at_ms in range(100, 2000, 100):
            shell.seek(EPOCH_MS + at_ms + 1)
            drawn = picture_of(shell.draw(EPOCH_MS + at_ms))
            assert_colour(drawn, "lime", y=at_ms // 10 - 3)
            assert drawn[min(at_ms // 10 + 3, 239), 160].min() > 200 or at_ms == 1900
        assert shell._screencast.data
        assert np.array_equal(drawn, picture_of(shell.picture()))


def picture_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_pictures_are_taken_only_where_something_changed(tmp_path: Path) -> None:
    entries = [page(0, block("red")), entry(5000, id="a", style="height:240px;background:lime")]
    cost = render(tmp_path / "a.mp4", entries, ends_ms=20_000)
    assert cost.pictures <= 4


def test_animation_moves_at_ten_pictures_a_second_or_more(tmp_path: Path) -> None:
    style = "<style>@keyframes go{to{left:240px}}#b{position:absolute;top:0;left:0;width:40px;height:40px;"
    moving = style + "background:blue;animation:go 2s linear}</style><div id=b></div>"
    render(tmp_path / "a.mp4", [page(0, block("red", extra=moving))], ends_ms=3000)
    frames = frames_of(tmp_path / "a.mp4")
    assert len([at for at, _ in frames if at < 2000]) >= 18
    for at_ms in (500, 1000, 1500):
        assert_colour(frame_at(frames, at_ms), "blue", y=20, x=int(240 * at_ms / 2000) + 20)
    assert_colour(frame_at(frames, 1500), "red", y=20, x=20)


def test_nothing_is_looked_at_while_nothing_can_move(tmp_path: Path) -> None:
    cost = render(tmp_path / "a.mp4", [page(0, block("red"))], ends_ms=20_000)
    assert cost.steps <= 20_000 / LOOK_MS + 5


def test_picture_that_moves_by_itself_is_found(tmp_path: Path) -> None:
    """No animation that the page knows of: its frames are in the file."""
    shades = [Image.new("RGB", (320, 240), colour) for colour in ("red", "blue")]
    gif = io.BytesIO()
    shades[0].save(gif, "GIF", save_all=True, append_images=shades[1:], duration=400, loop=0)
    source = f"data:image/gif;base64,{base64.b64encode(gif.getvalue()).decode()}"
    html = f"<body style='margin:0'><img width=320 height=240 src='{source}'></body>"
    render(tmp_path / "a.mp4", [page(0, html)], ends_ms=6000)
    late = [picture for at, picture in frames_of(tmp_path / "a.mp4") if at > 2000]
    assert len(late) >= 8
    assert {bool(picture[120, 160, 0] > picture[120, 160, 2]) for picture in late} == {True, False}


def test_two_renders_are_the_same(tmp_path: Path) -> None:
    moving = "<style>@keyframes go{to{left:200px}}#b{position:absolute;top:0;left:0;width:40px;height:40px;"
    moving += "background:blue;animation:go 1s linear infinite}</style><div id=b></div>"
    entries = [page(0, block("red", extra=moving)), page(1500, block("lime"))]
    for name in ("a", "b"):
        render(tmp_path / f"{name}.mp4", entries, ends_ms=2500)
    first, second = frames_of(tmp_path / "a.mp4"), frames_of(tmp_path / "b.mp4")
    assert [at for at, _ in first] == [at for at, _ in second]
    assert all(np.array_equal(one, other) for (_, one), (_, other) in zip(first, second, strict=True))


def test_pointer_and_click_are_drawn(tmp_path: Path) -> None:
    entries = [
        page(0, block("red")),
        entry(500, mark={"kind": "pointer", "x": 40, "y": 60}),
        entry(1500, mark={"kind": "click", "x": 200, "y": 100}),
    ]
    cost = render(tmp_path / "a.mp4", entries, ends_ms=4000)
    frames = frames_of(tmp_path / "a.mp4")
    red, pointed, clicked, later = (frame_at(frames, at).astype(int) for at in (400, 1000, 1800, 3000))
    assert np.abs(pointed - red)[55:90, 35:60].max() > 100
    assert np.abs(clicked - red)[80:130, 175:190].max() > 40
    assert np.abs(later - red)[80:130, 170:190].max() < 40
    assert cost.pictures <= 3


def test_page_of_another_size_is_letterboxed(tmp_path: Path) -> None:
    small = {"width": 160, "height": 240, "dpr": 1}
    entries = [page(0, block("red")), page(1000, block("lime"), viewport=small)]
    render(tmp_path / "a.mp4", entries, ends_ms=2000)
    frames = frames_of(tmp_path / "a.mp4")
    assert_colour(frame_at(frames, 500), "red", x=10)
    picture = frame_at(frames, 1500)
    assert_colour(picture, "lime")
    assert picture[120, 10].max() < 80
    assert picture[120, 310].max() < 80


def test_high_density_page_fills_the_canvas(tmp_path: Path) -> None:
    render(tmp_path / "a.mp4", [page(0, block("lime"))], ends_ms=500, canvas=Canvas(640, 480, 2.0))
    picture = frames_of(tmp_path / "a.mp4")[-1][1]
    assert picture.shape == (480, 640, 3)
    assert_colour(picture, "lime", y=470, x=630)


def test_card_covers_the_page_for_its_time(tmp_path: Path) -> None:
    card = Card(1000, 2000, "Nothing was received", "1 s")
    render(tmp_path / "a.mp4", [page(0, block("red"))], ends_ms=3000, cards=[card])
    frames = frames_of(tmp_path / "a.mp4")
    assert_colour(frame_at(frames, 900), "red", y=10)
    assert frame_at(frames, 1500)[10, 10].max() < 80
    assert_colour(frame_at(frames, 2100), "red", y=10)


def test_timers_of_the_stage_run_in_virtual_time(tmp_path: Path) -> None:
    with open_stage([page(0, block("red"))]) as shell:
        shell.start_clock(EPOCH_MS)
        shell.evaluate("setTimeout(() => { window.fired = Date.now(); }, 60000), 0")
        started = time.monotonic()
        shell.draw(EPOCH_MS + 59_000)
        assert shell.evaluate("window.fired ?? null") is None
        shell.draw(EPOCH_MS + 61_000)
        assert shell.evaluate("window.fired") == pytest.approx(EPOCH_MS + 60_000)
        assert time.monotonic() - started < 10
