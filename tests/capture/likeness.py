"""How alike the visitor's page and the rebuilt one are: element structure, text, pixels."""

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Frame, Page

from tests.capture.rig import Rig

# A pixel differs when a channel differs by more than this of 255.
TOLERANCE = 16
STRUCTURE = """() => {
  const skipped = new Set(["script", "noscript", "template", "style", "alongside-assist"]);
  const walk = (node) => {
    if (node.nodeType === 3) return node.data.trim() ? [node.data] : [];
    if (node.nodeType !== 1 || skipped.has(node.localName)) return [];
    const inner = [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes].flatMap(walk);
    return [[node.localName, node.className?.baseVal ?? node.className, inner]];
  };
  return walk(document.documentElement);
}"""


@dataclass(frozen=True)
class Likeness:
    same_structure: bool
    differing_share: float
    visitor: Image.Image
    stage: Image.Image


def structure(page: Page | Frame) -> Any:
    return page.evaluate(STRUCTURE)


def compare(rig: Rig) -> Likeness:
    """Both at the visitor's size, at rest."""
    rig.settle()
    rig.until(lambda: structure(rig.visitor) == structure(rig.page), "the same element structure and text")
    visitor = _picture(rig.visitor.screenshot(animations="disabled", caret="initial"))
    frame = rig.stage.get_by_test_id("assist-page")
    stage = _picture(frame.screenshot(animations="disabled", caret="initial"))
    return Likeness(structure(rig.visitor) == structure(rig.page), differing_share(visitor, stage), visitor, stage)


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
