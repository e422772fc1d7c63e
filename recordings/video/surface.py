"""The picture as the encoder wants it; only what changed is converted, which is half the cost of a moved pointer."""

from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

BAND_ROWS = 16
# Colours of a row are mixed from those beside it.
MARGIN_ROWS = 4


class Surface:
    """One frame, YUV 4:2:0 of BT.709 in limited range, that is drawn over: what it was encoded to is not touched."""

    def __init__(self) -> None:
        self._picture: np.ndarray | None = None
        self._frame: Any = None

    def show(self, picture: np.ndarray) -> Any:
        """`picture` is height × width × 3, RGB, with even sides, and stays as it is."""
        if self._picture is None or self._picture.shape != picture.shape:
            self._frame = _converted(picture)
        else:
            self._draw(picture, *_changed_rows(self._picture, picture))
        self._picture = picture
        return self._frame

    def _draw(self, picture: np.ndarray, first: int, last: int) -> None:
        if first >= last:
            return
        first, last = max(first - MARGIN_ROWS, 0), min(last + MARGIN_ROWS, len(picture))
        top, bottom = max(first - MARGIN_ROWS, 0), min(last + MARGIN_ROWS, len(picture))
        part = _converted(picture[top:bottom])
        for whole, new, rows in zip(self._frame.planes, part.planes, (1, 2, 2), strict=True):
            start, end = first // rows, last // rows
            _rows(whole)[start:end, : whole.width] = _rows(new)[start - top // rows : end - top // rows, : new.width]


def _changed_rows(one: np.ndarray, other: np.ndarray) -> tuple[int, int]:
    """[first, last) of the rows outside of which both are the same, at bounds of bands."""
    height = len(one)
    starts = range(0, height, BAND_ROWS)
    differs = [start for start in starts if not _same(one, other, start)]
    return (differs[0], min(differs[-1] + BAND_ROWS, height)) if differs else (0, 0)


def _same(one: np.ndarray, other: np.ndarray, start: int) -> bool:
    return np.array_equal(one[start : start + BAND_ROWS], other[start : start + BAND_ROWS])


def _converted(picture: np.ndarray) -> Any:
    return VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )


def _rows(plane: Any) -> np.ndarray:
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
