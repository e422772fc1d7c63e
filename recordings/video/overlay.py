"""Pointer and click marks, drawn by us onto the pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from recordings.video.surface import Sprite, Surface

RIPPLE_MS = 450
RIPPLE_RADIUS = 26
SUPERSAMPLING = 4
CLICK_KINDS = frozenset({"click", "mousedown", "dblclick", "contextmenu", "touchstart"})
TOUCH_KINDS = frozenset({"touchstart", "touchend"})
TOUCH_MS = 1_000
ARROW = ((1, 1), (1, 17), (5, 13.5), (8, 20), (10.6, 18.9), (7.7, 12.6), (13, 12.6))
ARROW_BOX = (16, 24)
RIPPLE_COLOUR = (37, 99, 235)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the pointer is, or a click, in CSS pixels of the visitor's viewport; `at_ms` is the server's clock."""

    at_ms: float
    kind: str
    x: float
    y: float

    @property
    def is_click(self) -> bool:
        return self.kind in CLICK_KINDS


@dataclass(frozen=True, slots=True)
class Placement:
    """How a page lies on the canvas: CSS pixels × scale + offset."""

    scale: float
    left: int
    top: int

    def point(self, mark: Mark) -> tuple[int, int]:
        return self.left + round(mark.x * self.scale), self.top + round(mark.y * self.scale)


class Marks:
    """The marks of a stretch of time, asked for with rising times."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._marks = sorted(marks, key=lambda mark: mark.at_ms)
        self._next = 0
        self._pointer: Mark | None = None
        self._touch: Mark | None = None
        self._clicks: list[Mark] = []

    def at(self, at_ms: float) -> tuple[Mark | None, list[Mark]]:
        """The pointer's last position, and the clicks that still ripple."""
        while self._next < len(self._marks) and self._marks[self._next].at_ms <= at_ms:
            mark = self._marks[self._next]
            if mark.kind in TOUCH_KINDS:
                self._touch = mark
            self._pointer = None if self._is_touch(mark) else mark
            if mark.is_click and not self._continues(mark):
                self._clicks.append(mark)
            self._next += 1
        self._clicks = [click for click in self._clicks if click.at_ms + RIPPLE_MS > at_ms]
        return self._pointer, self._clicks

    def forget_pointer(self) -> None:
        """A new page: its pointer is not known yet."""
        self._pointer = None

    def _is_touch(self, mark: Mark) -> bool:
        """A finger, or what browsers make of it for pages that know only mice: there is no pointer."""
        touch = self._touch
        return touch is not None and mark.at_ms - touch.at_ms < TOUCH_MS and _near(mark, touch)

    def _continues(self, mark: Mark) -> bool:
        """`mousedown` and `click` of one press ripple once."""
        return any(mark.at_ms - click.at_ms < RIPPLE_MS and _near(mark, click) for click in self._clicks)


def _near(one: Mark, other: Mark) -> bool:
    return abs(one.x - other.x) < 4 and abs(one.y - other.y) < 4


def draw_marks(
    surface: Surface, *, at_ms: float, pointer: Mark | None, clicks: Sequence[Mark], place: Placement
) -> None:
    """The pointer and ripples."""
    for click in clicks:
        x, y = place.point(click)
        sprite = _ripple(min(9, int((at_ms - click.at_ms) / RIPPLE_MS * 10)))
        surface.blend(sprite, x - sprite.width // 2, y - sprite.height // 2)
    if pointer is not None:
        x, y = place.point(pointer)
        surface.blend(_arrow(), x - 1, y - 1)


@cache
def _arrow() -> Sprite:
    image = Image.new("RGBA", (ARROW_BOX[0] * SUPERSAMPLING, ARROW_BOX[1] * SUPERSAMPLING))
    outline = [(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in ARROW]
    draw = ImageDraw.Draw(image)
    draw.polygon(outline, fill=(20, 20, 20, 255))
    draw.line([*outline, outline[0], outline[1]], fill=(255, 255, 255, 255), width=SUPERSAMPLING + 2, joint="curve")
    return Sprite(np.asarray(image.resize(ARROW_BOX, Image.Resampling.LANCZOS)))


@cache
def _ripple(stage: int) -> Sprite:
    """The ring of a click at tenth `stage` of its life."""
    size = (RIPPLE_RADIUS + 4) * 2
    image = Image.new("RGBA", (size * SUPERSAMPLING, size * SUPERSAMPLING))
    radius = (6 + (RIPPLE_RADIUS - 6) * stage / 9) * SUPERSAMPLING
    centre = size * SUPERSAMPLING / 2
    box = (centre - radius, centre - radius, centre + radius, centre + radius)
    fill, edge = round(110 * (1 - stage / 10)), round(230 * (1 - stage / 10))
    ImageDraw.Draw(image).ellipse(box, fill=(*RIPPLE_COLOUR, fill), outline=(*RIPPLE_COLOUR, edge), width=12)
    return Sprite(np.asarray(image.resize((size, size), Image.Resampling.LANCZOS)))
