"""Small pictures of a finished video: a filmstrip for the timeline, and one thumbnail for lists.

A long video costs as little as a short one: at most MOST_TILES of its keyframes are decoded, found by the file's index.
"""

import io
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from PIL import Image

MOST_TILES = 100
TILE_EVERY_MS = 250
TILE_SIDE = 160
THUMBNAIL_SIDE = 320
COLUMNS = 10
# So few pictures are decoded whole; of more only keyframes, which are at most ten seconds apart.
DECODED_WHOLE = 600
MOST_SPRITE_BYTES = 1024 * 1024
QUALITIES = (65, 40, 15)
CONTENT_TYPE = "image/webp"


@dataclass(frozen=True)
class Grid:
    """Tile `n`, in column `n % columns` and row `n // columns`, is of the middle of the video's `n`th `every_ms`."""

    width: int
    height: int
    columns: int
    count: int
    every_ms: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Filmstrip:
    """`sprite` and `thumbnail` are WebP."""

    grid: Grid
    sprite: bytes
    thumbnail: bytes


def make_filmstrip(path: Path) -> Filmstrip:
    """Of the MP4 at `path`. Raises `av.FFmpegError`, or ValueError for a video without a picture."""
    with av.open(str(path)) as container:
        duration_ms = max(1.0, float((container.duration or 0) / 1000))
        count = min(MOST_TILES, max(1, math.ceil(duration_ms / TILE_EVERY_MS)))
        pictures = list(_pictures_at(container, [(n + 0.5) * duration_ms / count for n in range(count)]))
    if not pictures:
        raise ValueError("the video has no picture")
    grid, sprite = _sprite(pictures, every_ms=duration_ms / count)
    return Filmstrip(grid, sprite, _webp(max(pictures, key=_detail), QUALITIES[0]))


def _pictures_at(container: Any, times_ms: list[float]) -> Iterator[Image.Image]:
    """What is seen at each of the rising times, or at the keyframe before it; small already."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    if stream.frames and stream.frames <= DECODED_WHOLE:
        return _shown_at(container.decode(stream), times_ms)
    stream.codec_context.skip_frame = "NONKEY"
    return _keyframes_at(container, stream, times_ms)


def _shown_at(frames: Iterator[Any], times_ms: list[float]) -> Iterator[Image.Image]:
    shown = following = next(frames, None)
    small, picture = None, None
    for at_ms in times_ms:
        while following is not None and following.time * 1000 <= at_ms:
            shown, following = following, next(frames, None)
        if shown is not small:
            small, picture = shown, _small(shown)
        if picture is not None:
            yield picture


def _keyframes_at(container: Any, stream: Any, times_ms: list[float]) -> Iterator[Image.Image]:
    last_pts, picture = None, None
    for at_ms in times_ms:
        container.seek(int(at_ms / 1000 / stream.time_base), stream=stream, backward=True)
        frame = next(container.decode(stream), None)
        if frame is not None and frame.pts != last_pts:
            last_pts, picture = frame.pts, _small(frame)
        if picture is not None:
            yield picture


def _small(frame: Any) -> Image.Image:
    scale = min(1.0, THUMBNAIL_SIDE / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    image: Image.Image = frame.to_image(width=width, height=height, interpolation=Interpolation.AREA)
    return image


def _sprite(pictures: list[Image.Image], *, every_ms: float) -> tuple[Grid, bytes]:
    scale = TILE_SIDE / max(pictures[0].size)
    width, height = (max(1, round(side * scale)) for side in pictures[0].size)
    columns = min(COLUMNS, len(pictures))
    sheet = Image.new("RGB", (width * columns, height * math.ceil(len(pictures) / columns)))
    for number, picture in enumerate(pictures):
        tile = picture.resize((width, height), Image.Resampling.BILINEAR)
        sheet.paste(tile, (number % columns * width, number // columns * height))
    encoded = (_webp(sheet, quality) for quality in QUALITIES)
    sprite = next((data for data in encoded if len(data) <= MOST_SPRITE_BYTES), None)
    if sprite is None:
        raise ValueError("the filmstrip is larger than it may be")
    return Grid(width, height, columns, len(pictures), every_ms), sprite


def _detail(picture: Image.Image) -> float:
    """How much there is to see: a card that says that nothing is known has little."""
    grey = np.asarray(picture.convert("L"), np.float32)
    return float(np.abs(np.diff(grey, axis=1)).mean() + np.abs(np.diff(grey, axis=0)).mean())


def _webp(image: Image.Image, quality: int) -> bytes:
    data = io.BytesIO()
    image.save(data, "WEBP", quality=quality, method=2)
    return data.getvalue()
