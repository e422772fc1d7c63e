"""Two pictures of one page: which share of the pixels differs, and how alike they look."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from tests.capture.likeness import TOLERANCE

# Left, top, right, bottom, in pixels of the picture.
Box = tuple[int, int, int, int]


def decoded(png: bytes) -> np.ndarray:
    """Height × width × RGB, 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int16)


def differing(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Height × width, true where a channel differs by more than TOLERANCE; all of it when the sizes do."""
    if one.shape != other.shape:
        return np.ones(one.shape[:2], dtype=bool)
    return (np.abs(one - other) > TOLERANCE).any(axis=2)


def split(mask: np.ndarray, boxes: Iterable[Box]) -> tuple[float, int]:
    """Share of the pixels inside the boxes that is set, and number of those outside."""
    inside = np.zeros(mask.shape, dtype=bool)
    for left, top, right, bottom in boxes:
        inside[max(0, top) : bottom, max(0, left) : right] = True
    return (float(mask[inside].mean()) if inside.any() else 0.0), int(mask[~inside].sum())
