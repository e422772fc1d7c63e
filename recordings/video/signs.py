"""What we draw onto pictures beside the pointer: the field that is typed into, and that time runs faster."""

from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from recordings.video.overlay import Placement
from recordings.video.surface import MATTE, Sprite, Surface

TYPED_MS = 600
COLOUR = (37, 99, 235)
EDGE = 3
FAST_BOX = (44, 32)
FAST_GAP = 12

# Left, top, width and height in CSS pixels of the visitor's viewport.
Box = tuple[float, float, float, float]


def draw_typing(surface: Surface, box: Box, place: Placement) -> None:
    """An edge around the field."""
    left, top = place.left + round(box[0] * place.scale), place.top + round(box[1] * place.scale)
    right, bottom = left + round(box[2] * place.scale), top + round(box[3] * place.scale)
    surface.fill(COLOUR, left - EDGE, top - EDGE, right + EDGE, top)
    surface.fill(COLOUR, left - EDGE, bottom, right + EDGE, bottom + EDGE)
    surface.fill(COLOUR, left - EDGE, top, left, bottom)
    surface.fill(COLOUR, right, top, right + EDGE, bottom)


def draw_fast(surface: Surface) -> None:
    """Two arrows at the upper right."""
    surface.blend(_fast(), max(0, surface.frame.width - FAST_GAP - FAST_BOX[0]), FAST_GAP)


@cache
def _fast() -> Sprite:
    image = Image.new("RGBA", FAST_BOX, MATTE)
    draw = ImageDraw.Draw(image)
    for left in (10, 23):
        draw.polygon([(left, 8), (left + 12, 16), (left, 24)], fill=(255, 255, 255))
    return Sprite(np.asarray(image))
