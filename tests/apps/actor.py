"""A person at a page: does all at once in tests, and takes a person's time where bytes of a minute are measured."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

FRAME_MS = 16
MOVE_STEPS = 24
KEY_MS = 110
DRAG_STEPS = 12
WHEEL_STEP = 60


class Actor:
    """`pace` 1 is that of a person, 0 as fast as the page answers. `rest` is called where the page may be looked at."""

    def __init__(self, page: Page, origin: str, *, pace: float = 0, rest: Callable[[str], Any] = str) -> None:
        self.page = page
        self.origin = origin
        self.pace = pace
        self.rest = rest
        self._at = (640.0, 360.0)
        self._began = time.monotonic()

    def open(self, path: str) -> None:
        self.page.goto(f"{self.origin}/{path}", wait_until="load")

    def back(self) -> None:
        self.page.evaluate("setTimeout(() => history.back(), 0)")

    def see(self, what: str | Locator) -> Locator:
        """Until it is there."""
        found = (self.page.locator(what) if isinstance(what, str) else what).first
        found.wait_for()
        return found

    def think(self, seconds: float) -> None:
        self._wait(seconds * 1000)

    def move(self, x: float, y: float) -> None:
        steps = MOVE_STEPS if self.pace else 1
        (from_x, from_y), self._at = self._at, (x, y)
        for step in range(1, steps + 1):
            share = step / steps
            self.page.mouse.move(from_x + (x - from_x) * share, from_y + (y - from_y) * share)
            self._wait(FRAME_MS)

    def hover(self, what: str | Locator) -> None:
        found = self.see(what)
        found.scroll_into_view_if_needed()
        box = found.bounding_box()
        assert box, f"{what} is not to be seen"
        self.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def click(self, what: str | Locator) -> None:
        self.hover(what)
        self.see(what).click()
        self._wait(300)

    def double_click(self, what: str | Locator) -> None:
        self.hover(what)
        self.see(what).dblclick()
        self._wait(300)

    def type(self, text: str) -> None:
        for letter in text:
            self.page.keyboard.press("Enter" if letter == "\n" else letter)
            self._wait(KEY_MS)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self._wait(KEY_MS)

    def scroll(self, distance: int, over: str | Locator | None = None) -> None:
        """By the wheel."""
        if over:
            self.hover(over)
        step = WHEEL_STEP if distance > 0 else -WHEEL_STEP
        if not self.pace:
            return self.page.mouse.wheel(0, distance)
        for _ in range(abs(distance) // WHEEL_STEP):
            self.page.mouse.wheel(0, step)
            self._wait(3 * FRAME_MS)

    def drag(self, what: str | Locator, by_x: float, by_y: float) -> None:
        self.hover(what)
        x, y = self._at
        self.page.mouse.down()
        for step in range(1, DRAG_STEPS + 1):
            self.page.mouse.move(x + by_x * step / DRAG_STEPS, y + by_y * step / DRAG_STEPS)
            self._wait(2 * FRAME_MS)
        self.page.mouse.up()
        self._at = (x + by_x, y + by_y)

    def until(self, seconds: float) -> None:
        """Read on until so long after the beginning."""
        left = self._began + seconds - time.monotonic()
        if left > 0:
            self.page.wait_for_timeout(left * 1000)

    def _wait(self, ms: float) -> None:
        if self.pace:
            self.page.wait_for_timeout(ms * self.pace)
