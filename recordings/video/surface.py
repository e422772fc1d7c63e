"""What the video shows: the page's picture on its canvas, and our marks on it.

The browser's JPEG is YUV 4:2:0 already (BT.601, full range), and stays so to the encoder: turning it into RGB and back
costs as much as encoding it. One frame is drawn over and over, which the encoder copies; only what marks covered is
restored.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import av
import numpy as np
from av.video.frame import VideoFrame

Colour = tuple[int, int, int]
Planes = tuple[np.ndarray, np.ndarray, np.ndarray]

MATTE: Colour = (31, 41, 55)
# Rows of the matrix of JPEG (ITU-T T.871): what red, green and blue give to Y, Cb and Cr.
MATRIX = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
MOST_PICTURE_PIXELS = 40_000_000


class Sprite:
    """A picture of ours, height × width × 4, RGBA."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.height, self.width = pixels.shape[:2]
        self._pixels = pixels
        self._planes: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = {}

    def planes(self, right: int, down: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """(value × alpha, 255 - alpha) of Y, Cb, Cr, moved by 0 or 1 pixels so that its corner has even numbers."""
        if (right, down) not in self._planes:
            self._planes[right, down] = self._moved(right, down)
        return self._planes[right, down]

    def _moved(self, right: int, down: int) -> list[tuple[np.ndarray, np.ndarray]]:
        size = (_even(down + self.height), _even(right + self.width))
        pixels = np.zeros((*size, 4))
        pixels[down : down + self.height, right : right + self.width] = self._pixels
        values, alpha = pixels[..., :3] @ MATRIX.T + (0, 128, 128), pixels[..., 3]
        weighed = values * alpha[..., None]
        luma = weighed[..., 0], alpha
        chroma = [(_halved(weighed[..., plane]), _halved(alpha)) for plane in (1, 2)]
        return [(np.rint(value).astype(np.uint16), np.rint(255 - a).astype(np.uint16)) for value, a in (luma, *chroma)]


class Surface:
    """`frame` is width × height, both even; its planes are drawn over by the next call."""

    def __init__(self, width: int, height: int) -> None:
        self.frame = VideoFrame(width, height, "yuv420p")
        self._planes: Planes = _planes_of(self.frame)
        self._base: Planes | None = None
        self._marked: list[tuple[int, int, int, int]] = []

    def show(self, picture: VideoFrame, *, left: int, top: int) -> None:
        """The page, with its corner at even numbers; around it is MATTE."""
        self._base = _planes_of(picture)
        if (picture.width, picture.height) != (self.frame.width, self.frame.height):
            self._base = self._on_matte(self._base, left // 2, top // 2)
        for plane, base in zip(self._planes, self._base, strict=True):
            plane[:] = base
        self._marked.clear()

    def _on_matte(self, picture: Planes, left: int, top: int) -> Planes:
        whole = tuple(np.full_like(plane, value) for plane, value in zip(self._planes, _yuv(MATTE), strict=True))
        for plane, part, times in zip(whole, picture, (2, 1, 1), strict=True):
            room = plane[top * times :, left * times :]
            height, width = min(len(part), len(room)), min(part.shape[1], room.shape[1])
            room[:height, :width] = part[:height, :width]
        return whole[0], whole[1], whole[2]

    def unmark(self) -> None:
        """The page without marks."""
        assert self._base is not None
        for left, top, right, bottom in self._marked:
            for plane, base, by in zip(self._planes, self._base, (1, 2, 2), strict=True):
                part = slice(top // by, bottom // by), slice(left // by, right // by)
                plane[part] = base[part]
        self._marked.clear()

    def blend(self, sprite: Sprite, left: int, top: int) -> None:
        """Draw it with its corner there, as much of it as is on the canvas."""
        planes = sprite.planes(left % 2, top % 2)
        left, top = left - left % 2, top - top % 2
        height, width = planes[0][0].shape
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + width, self.frame.width), min(top + height, self.frame.height)
        if x0 >= x1 or y0 >= y1:
            return
        self._marked.append((x0, y0, x1, y1))
        for plane, (value, rest), by in zip(self._planes, planes, (1, 2, 2), strict=True):
            below = plane[y0 // by : y1 // by, x0 // by : x1 // by]
            part = slice((y0 - top) // by, (y1 - top) // by), slice((x0 - left) // by, (x1 - left) // by)
            below[:] = (value[part] + below * rest[part]) // 255

    def fill(self, colour: Colour, left: int, top: int, right: int, bottom: int) -> None:
        """A rectangle, as much of it as is on the canvas."""
        left, right = (min(max(side, 0), self.frame.width) for side in (left, right))
        top, bottom = (min(max(side, 0), self.frame.height) for side in (top, bottom))
        self._marked.append((left - left % 2, top - top % 2, _even(right), _even(bottom)))
        for plane, value, by in zip(self._planes, _yuv(colour), (1, 2, 2), strict=True):
            plane[top // by : -(-bottom // by), left // by : -(-right // by)] = value


class JpegReader:
    """Reads the browser's pictures."""

    def __init__(self) -> None:
        self._decoder: Any = av.CodecContext.create("mjpeg", "r")
        self._decoder.thread_count = 1
        self._decoder.options = {"idct": "xvid"}  # exact as well, and takes a fifth less of the whole

    def read(self, data: bytes) -> VideoFrame:
        """Raises ValueError for what is no picture that a stage can have."""
        try:
            (picture,) = self._decoder.decode(av.Packet(data))
        except (av.error.FFmpegError, ValueError) as failure:
            raise ValueError("what the browser drew can't be read") from failure
        if picture.format.name != "yuvj420p" or picture.width * picture.height > MOST_PICTURE_PIXELS:
            raise ValueError(f"the picture is {picture.format.name}, {picture.width} × {picture.height}")
        return picture


def _planes_of(frame: VideoFrame) -> Planes:
    found = [np.frombuffer(cast(Any, plane), np.uint8).reshape(-1, plane.line_size) for plane in frame.planes]
    sizes = [(plane.height, plane.width) for plane in frame.planes]
    luma, cb, cr = (rows[:height, :width] for rows, (height, width) in zip(found, sizes, strict=True))
    return luma, cb, cr


@cache
def _yuv(colour: Colour) -> Sequence[int]:
    return [round(value) for value in MATRIX @ colour + (0, 128, 128)]


def _halved(plane: np.ndarray) -> np.ndarray:
    return (plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / 4


def _even(size: int) -> int:
    return size + size % 2
