"""How alike the visitor's page and the rebuilt one are, in pixels, once they are equal in all else."""

import io
from dataclasses import dataclass

from PIL import Image, ImageChops

from tests.capture.invariant import Invariant
from tests.capture.rig import Rig

# A pixel differs when a channel differs by more than this of 255.
TOLERANCE = 16


@dataclass(frozen=True)
class Likeness:
    differing_share: float
    visitor: Image.Image
    stage: Image.Image


def compare(rig: Rig) -> Likeness:
    """Both at the visitor's size, at rest. Raises AssertionError where more than pixels differs."""
    rig.settle()
    rig.until(Invariant(rig))
    visitor, stage = pictures(rig)
    return Likeness(differing_share(visitor, stage), visitor, stage)


def pictures(rig: Rig) -> tuple[Image.Image, Image.Image]:
    """What both show now, the visitor's first."""
    visitor = _picture(rig.visitor.screenshot(animations="disabled", caret="initial"))
    frame = rig.stage.get_by_test_id("assist-page")
    return visitor, _picture(frame.screenshot(animations="disabled", caret="initial"))


def differing_share(a: Image.Image, b: Image.Image) -> float:
    """Share of pixels that differ; 1 when the sizes do."""
    if a.size != b.size:
        return 1.0
    bands = ImageChops.difference(a, b).split()
    differs = Image.new("L", a.size, 0)
    for band in bands:
        differs = ImageChops.lighter(differs, band.point(lambda value: 255 if value > TOLERANCE else 0))
    return differs.histogram()[255] / (a.width * a.height)


def _picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")
