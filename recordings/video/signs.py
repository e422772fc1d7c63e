"""What we draw onto pictures beside the pointer: the field that is typed into, and that time runs faster."""

from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from recordings.video.overlay import Picture, Placement

TYPED_MS = 600
COLOUR = (37, 99, 235)
EDGE = 3
FAST_BOX = (44, 32)
FAST_GAP = 12

# Left, top, width and height in CSS pixels of the visitor's viewport.
Box = tuple[float, float, float, float]


def draw_typing(picture: Picture, box: Box, place: Placement) -> Picture:
    """A copy of `picture` (height × width × 3, RGB) with an edge around the field."""
    drawn = picture.copy()
    height, width = picture.shape[:2]
    left, top = place.left + round(box[0] * place.scale), place.top + round(box[1] * place.scale)
    right, bottom = left + round(box[2] * place.scale), top + round(box[3] * place.scale)
    left, right = (min(max(side, 0), width) for side in (left - EDGE, right + EDGE))
    top, bottom = (min(max(side, 0), height) for side in (top - EDGE, bottom + EDGE))
    drawn[top : top + EDGE, left:right] = drawn[max(bottom - EDGE, 0) : bottom, left:right] = COLOUR
    drawn[top:bottom, left : left + EDGE] = drawn[top:bottom, max(right - EDGE, 0) : right] = COLOUR
    return drawn


def draw_fast(picture: Picture) -> Picture:
    """A copy of `picture` with two arrows at its upper right."""
    drawn, sign = picture.copy(), _fast()
    top, left = FAST_GAP, max(0, picture.shape[1] - FAST_GAP - sign.shape[1])
    part = drawn[top : top + sign.shape[0], left : left + sign.shape[1]]
    part[:] = sign[: part.shape[0], : part.shape[1]]
    return drawn


@cache
def _fast() -> Picture:
    image = Image.new("RGB", FAST_BOX, (31, 41, 55))
    draw = ImageDraw.Draw(image)
    for left in (10, 23):
        draw.polygon([(left, 8), (left + 12, 16), (left, 24)], fill=(255, 255, 255))
    return np.asarray(image)
