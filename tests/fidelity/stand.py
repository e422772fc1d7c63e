"""Shows a feature at the visitor and at the stage, and says how the two pictures compare."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Browser, Page

from tests.capture import sites
from tests.capture.rig import Rig, rig
from tests.fidelity import pictures, steps
from tests.fidelity.features import PAGES, Feature, Promise
from tests.fidelity.site import site

# People's fields are seen, as far as nothing says otherwise; the body of a page can.
MASKING = {"allow": ["body:not(.private)", "html:not(:has(> body))"]}
# The other site of the stand, whose frames can have the loader inside.
ORIGINS = ("http://localhost:",)
LONGEST_SECONDS = 20.0
BOXES = """selector => [...document.querySelectorAll(selector)].map((element) => {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return [Math.floor(left) - 1, Math.floor(top) - 1, Math.ceil(right) + 1, Math.ceil(bottom) + 1];
})"""
HIDE_POINTER = (
    "document.querySelector('[data-testid=assist-page]').parentElement.querySelector('svg').style.opacity = 0"
)
IS_PINCHED = "visualViewport.scale > 1"
WAITS = "document.querySelector('[data-testid=assist-page]').dataset.waits"
GAPS = """() => {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const text = element.getAttribute("data-alongside-gap");
      const { width, height } = element.getBoundingClientRect();
      if (text !== null) found.push([text, Math.round(width), Math.round(height)]);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  return found;
}"""


@dataclass
class Seen:
    """`inside` is the share of the place's pixels that differ, `outside` the number of the others."""

    visitor: np.ndarray
    stage: np.ndarray
    inside: float = 0.0
    outside: int = 0
    gaps: tuple[tuple[str, int, int], ...] = ()

    def keeps(self, promise: Promise, place: tuple[int, int] | None) -> bool:
        if self.outside:
            return False
        if promise.kind == "loss":
            return 0 < self.inside <= promise.bound
        return promise.kind == "exact" or any(
            promise.said in text and place == (width, height) for text, width, height in self.gaps
        )


class Stand:
    def __init__(self, shown: Rig) -> None:
        self.rig = shown

    def show(self, feature: Feature) -> None:
        """Raises what a step raises."""
        steps.emulate(self.rig.visitor, feature)
        self.rig.open(feature.file)
        for step in feature.steps:
            if step == "sent":
                self.rig.until(lambda: self.has_arrived(feature), "the page at the stage", LONGEST_SECONDS)
            else:
                steps.take(self.rig.visitor, step)
        self.rig.visitor.evaluate(steps.AT_REST)

    def has_arrived(self, feature: Feature) -> bool:
        return self.rig.has_taken_all() and self.look(feature).outside == 0

    def compare(self, feature: Feature) -> Seen:
        """As the pages are once the promise is kept, or when it has not been for long enough."""
        self.show(feature)
        seen: Seen | None = None

        def kept() -> bool:
            nonlocal seen
            # Two pictures take a hundred times as long as the question.
            if not self.rig.has_taken_all():
                return False
            seen = self.look(feature)
            return seen.keeps(feature.promise, self.place(feature))

        try:
            self.rig.until(kept, seconds=LONGEST_SECONDS)
        except AssertionError:
            if seen is None:
                raise
        assert seen
        return seen

    def look(self, feature: Feature) -> Seen:
        width, height = feature.size
        page = self.rig.visitor
        if size := page.viewport_size:
            width, height = size["width"], size["height"]
        clip = {"x": 0, "y": 0, "width": width, "height": height}
        self.rig.stage.evaluate(HIDE_POINTER)
        visitor = pictures.decoded(on_screen(page) if page.evaluate(IS_PINCHED) else page.screenshot(caret="initial"))
        stage = pictures.decoded(self.rig.console.screenshot(clip=clip, caret="initial"))  # type: ignore[arg-type]
        seen = Seen(visitor, stage)
        boxes = self.boxes(feature)
        seen.inside, seen.outside = pictures.split(pictures.differing(visitor, stage), boxes)
        waits = self.rig.stage.evaluate(WAITS)
        if waits not in (None, "0"):
            seen.outside += 1
        if feature.promise.kind == "gap":
            seen.gaps = tuple(tuple(gap) for frame in self.rig.stage.child_frames for gap in frame.evaluate(GAPS))
        return seen

    def boxes(self, feature: Feature) -> list[pictures.Box]:
        if not feature.promise.place:
            return []
        found = self.rig.visitor.evaluate(BOXES, feature.promise.place)
        return [tuple(round(side * feature.ratio) for side in box) for box in found]

    def place(self, feature: Feature) -> tuple[int, int] | None:
        """Width and height that the visitor sees of it, in CSS pixels."""
        if feature.promise.kind != "gap":
            return None
        box = self.rig.visitor.locator(feature.promise.place).first.bounding_box()
        return (round(box["width"]), round(box["height"])) if box else None


def on_screen(page: Page) -> bytes:
    """A PNG of the window as it is; other pictures are of the page, and as large as what is seen of it."""
    session = page.context.new_cdp_session(page)
    try:
        return base64.b64decode(session.send("Page.captureScreenshot", {"format": "png"})["data"])
    finally:
        session.detach()


@contextmanager
def stand(browser: Browser, *, ratio: float, touch: bool) -> Iterator[Stand]:
    """For all features of that pixel ratio."""
    with ExitStack() as stack:
        other = stack.enter_context(sites.served(site()))
        handler = site(other.replace("127.0.0.1", "localhost"))
        shown = stack.enter_context(
            rig(browser, PAGES, masking=MASKING, handler=handler, ratio=ratio, touch=touch, origins=ORIGINS)
        )
        yield Stand(shown)
