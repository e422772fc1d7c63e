"""The filmstrip shows each part of a video, at a cost that does not grow with its length."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from recordings.video import filmstrip
from recordings.video.encoder import SegmentEncoder
from recordings.video.filmstrip import DECODED_WHOLE, MOST_TILES, make_filmstrip
from tests.video.pictures import as_frame

COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]


def video(path: Path, *, seconds: int, every_ms: int = 500, size: tuple[int, int] = (320, 180)) -> Path:
    """A third of each colour; within a third a bar moves, so that each picture is another."""
    with SegmentEncoder(path, width=size[0], height=size[1]) as encoder:
        for at_ms in range(0, seconds * 1000, every_ms):
            picture = np.full((size[1], size[0], 3), COLOURS[3 * at_ms // (seconds * 1000)], np.uint8)
            picture[:, at_ms // every_ms % size[0]] = 255
            encoder.add(as_frame(picture), at_ms=at_ms)
        encoder.finish(duration_ms=seconds * 1000)
    return path


def tile(strip: filmstrip.Filmstrip, number: int) -> np.ndarray:
    """The colour in the middle of a tile."""
    grid = strip.grid
    sheet = np.asarray(Image.open(io.BytesIO(strip.sprite)).convert("RGB")).astype(int)
    left, top = number % grid.columns * grid.width, number // grid.columns * grid.height
    return np.median(sheet[top : top + grid.height, left : left + grid.width].reshape(-1, 3), axis=0)


def test_filmstrip_shows_what_the_video_does_at_each_time(tmp_path: Path) -> None:
    strip = make_filmstrip(video(tmp_path / "video.mp4", seconds=12))
    assert (strip.grid.count, strip.grid.every_ms, strip.grid.columns) == (48, 250, 10)
    assert (strip.grid.width, strip.grid.height) == (160, 90)
    for number, colour in ((0, COLOURS[0]), (15, COLOURS[0]), (16, COLOURS[1]), (32, COLOURS[2]), (47, COLOURS[2])):
        assert np.abs(tile(strip, number) - colour).max() < 30


def test_filmstrip_of_a_long_video_decodes_keyframes_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    small = filmstrip._small
    monkeypatch.setattr(filmstrip, "_small", lambda frame: decoded.append(frame.key_frame) or small(frame))
    path = video(tmp_path / "video.mp4", seconds=1200, every_ms=1000, size=(64, 36))
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames > DECODED_WHOLE
    strip = make_filmstrip(path)
    assert strip.grid.count == MOST_TILES
    assert decoded == [True] * MOST_TILES
    for number, colour in ((0, COLOURS[0]), (50, COLOURS[1]), (99, COLOURS[2])):
        assert np.abs(tile(strip, number) - colour).max() < 30


def test_portrait_video_keeps_its_shape(tmp_path: Path) -> None:
    strip = make_filmstrip(video(tmp_path / "video.mp4", seconds=2, size=(180, 320)))
    assert (strip.grid.width, strip.grid.height) == (90, 160)
    assert Image.open(io.BytesIO(strip.thumbnail)).size == (180, 320)


def test_sprite_of_noise_stays_within_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1)
    with SegmentEncoder(tmp_path / "video.mp4", width=160, height=160) as encoder:
        for second in range(4):
            encoder.add(as_frame(noise.integers(0, 255, (160, 160, 3), np.uint8)), at_ms=second * 1000)
        encoder.finish(duration_ms=4000)
    free = make_filmstrip(tmp_path / "video.mp4")
    monkeypatch.setattr(filmstrip, "MOST_SPRITE_BYTES", len(free.sprite) - 1)
    bound = make_filmstrip(tmp_path / "video.mp4")
    assert len(bound.sprite) < len(free.sprite)
    monkeypatch.setattr(filmstrip, "MOST_SPRITE_BYTES", 100)
    with pytest.raises(ValueError, match="larger"):
        make_filmstrip(tmp_path / "video.mp4")


def test_thumbnail_is_the_picture_with_most_to_see(tmp_path: Path) -> None:
    page = np.full((180, 320, 3), 255, np.uint8)
    page[::6, 40:280] = 0
    with SegmentEncoder(tmp_path / "video.mp4", width=320, height=180) as encoder:
        for at_ms, picture in ((0, np.zeros_like(page)), (3000, page), (4000, np.zeros_like(page))):
            encoder.add(as_frame(picture), at_ms=at_ms)
        encoder.finish(duration_ms=8000)
    strip = make_filmstrip(tmp_path / "video.mp4")
    assert np.asarray(Image.open(io.BytesIO(strip.thumbnail)).convert("L")).mean() > 150
