"""The browser's own pictures: it hands one out with each frame on which anything visible changed.

They cost a sixth less than pictures that are asked for together with a frame, of which the next frame would say that
they changed something, and whoever has them need not ask first whether there is anything new.
"""

import time
from collections.abc import Callable

from recordings.video.cdp import Browser, Parameters

# With the sampling of colours that the video has anyway, and at a third of what a PNG takes to read.
PICTURE = {"format": "jpeg", "quality": 95}
# What each frame is told of the next one; a picture's time is that of the frame and this.
INTERVAL_MS = 33.0
# Of frames that follow each other sooner by their own time the browser hands out the first.
LEAST_MS = 12.0
PRECISION_MS = 1.0
# A picture comes some ms after its frame; how many depends on the machine. Where parts of the page change by turns the
# browser takes one part for a film, and leaves out pictures of the others: what is late by so much does not come.
FIRST_USUAL_SECONDS, LEAST_USUAL_SECONDS, MOST_USUAL_SECONDS = 0.01, 0.003, 0.033
LATE, LEARNING, DOUBTING = 3, 1 / 16, 1.05
FIRST_FRAMES, FIRST_SECONDS = 10, 0.02


class Screencast:
    """Of the page of `session`; `data` is the last picture, a JPEG.

    `is_on` only where the browser says of which frame a picture is, as Chromium does from 154 on.
    """

    def __init__(self, browser: Browser, session: str) -> None:
        self.data = b""
        self.is_on = False
        self._browser = browser
        self._session = session
        self._has_begun = self._tells_ticks = False
        self._before = self._tick = self._wanted = -1.0
        self._usual_seconds = FIRST_USUAL_SECONDS

    def start(self, draw: Callable[[], object]) -> None:
        """The first picture, of what is there already, comes with one of the next frames, and counts for none."""
        self._browser.handlers["Page.screencastFrame"] = self._take
        self._browser.call("Page.startScreencast", {**PICTURE, "everyNthFrame": 1}, session=self._session)
        for _ in range(FIRST_FRAMES):
            if self._browser.wait_for(lambda: self._has_begun, within_seconds=FIRST_SECONDS):
                break
            draw()
        self.is_on = self._tells_ticks
        if not self.is_on:
            self.stop()

    def expect(self, tick: float) -> None:
        """A frame is about to be asked for."""
        self._before, self._wanted = self._tick, tick

    def comes(self) -> bool:
        """Wait for the picture of that frame, which changed something; False where it has to be asked for."""
        if not self.is_on or self._wanted - self._before < LEAST_MS:
            return False
        began, most = time.monotonic(), LATE * self._usual_seconds
        comes = self._browser.wait_for(lambda: self._tick == self._wanted, within_seconds=most)
        self._learn(time.monotonic() - began if comes else None)
        return comes

    def _learn(self, seconds: float | None) -> None:
        """How long a picture takes; None: longer than anybody waits."""
        usual = self._usual_seconds
        usual = usual * DOUBTING if seconds is None else usual + LEARNING * (seconds - usual)
        self._usual_seconds = min(max(usual, LEAST_USUAL_SECONDS), MOST_USUAL_SECONDS)

    def _take(self, event: Parameters, session: str | None) -> None:
        acknowledged = {"sessionId": event["sessionId"]}
        self._browser.post("Page.screencastFrameAck", acknowledged, session=session)
        told = event["metadata"].get("monotonicTimestamp")
        self._has_begun, self._tells_ticks = True, told is not None
        if self.is_on and told is not None and abs(told * 1000 - INTERVAL_MS - self._wanted) < PRECISION_MS:
            self._tick, self.data = self._wanted, event["data"]

    def stop(self) -> None:
        self._browser.call("Page.stopScreencast", session=self._session)
        self.is_on = self._has_begun = self._tells_ticks = False
