"""The stage in a headless shell without any network: the worker answers every request itself, and moves time."""

import base64
import json
import struct
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from recordings.video.answers import ORIGIN, Answers, FindAsset
from recordings.video.cdp import Browser, BrowserFailed, NotDrawn, Parameters, group_memory_bytes, value_of
from recordings.video.launch import START_SECONDS
from recordings.video.screencast import INTERVAL_MS, PICTURE, Screencast
from recordings.video.shown import Activity, Shown, activity_of, shown_of

HERE = Path(__file__).parent
ENTRY = struct.Struct("!Id")
PUSH_BYTES = 4 << 20
# A power of two, so that sums are exact and equal distances in time stay equal.
SMALLEST_TICK_MS = 1 / 64
# Chromium rounds the times of animations to 0.1 ms, by chance up or down.
ROUNDING_MS = 1 / 4
PUMP_SECONDS = 0.004
# A frame that falls between two documents, or between a style sheet and its arrival, is never answered, and no other
# one after it. Nothing that a stage waits for needs one; this is for what we do not know.
FRAMES_AFTER_SECONDS = 3.0
# So long no request may have come before: a style sheet may be on its way.
QUIET_SECONDS = 1.0
# Frame times start ahead of the machine's clock: where real time overtakes them, animations follow the real one.
AHEAD_MS = 600_000.0
SETTLE_SECONDS = 20
MOST_DRAWS = 3
# The second of two frames comes when the first is done, with all that it set moving; one alone may come too early.
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"
# What a page gets that asks for any font of fixed width: as Chromium has it, not a shell.
FONT_FAMILIES = {"fixed": "Monospace"}


class StageShell:
    """`window.alongsideStage` of `script` in a page that can reach `find_asset` and nothing else.

    `find_asset(sha256)` returns (content type, bytes), or None for what the session may not see. Closes the browser.
    """

    def __init__(self, browser: Browser, *, script: bytes, find_asset: FindAsset, width: int, height: int) -> None:
        self._browser = browser
        self._answers = Answers(browser, script=script, find_asset=find_asset)
        self._tick = self._origin = round(time.monotonic() * 1000) + AHEAD_MS
        self._loaded = self._is_changed = False
        self._picture = b""
        self._size: tuple[int, int] | None = None
        try:
            self._open(width=width, height=height)
        except BaseException:
            browser.close()
            raise

    @property
    def refused(self) -> list[str]:
        """Addresses that the page asked for in vain."""
        return self._answers.refused

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._browser.close()

    def allow_seconds(self, seconds: float) -> None:
        """From now on every wait ends after this time."""
        self._browser.allow_seconds(seconds)

    def memory_bytes(self) -> int:
        return group_memory_bytes(self._browser.pid)

    def log_bytes(self) -> int:
        return self._browser.log_bytes()

    def ahead_ms(self) -> float:
        """How far frame times are ahead of the machine's clock: see AHEAD_MS."""
        return self._tick - time.monotonic() * 1000

    def leave(self) -> Browser:
        """Take the page out of its browser, which is given back: another page gets another process, and no files."""
        self._browser.forget()  # what it still asks for is not answered any more
        self._browser.allow_seconds(SETTLE_SECONDS)
        self._browser.call("Target.disposeBrowserContext", {"browserContextId": self._context})
        self._browser.forget()
        return self._browser

    def _open(self, *, width: int, height: int) -> None:
        self._context = self._browser.call("Target.createBrowserContext")["browserContextId"]
        page = {"url": "about:blank", "browserContextId": self._context, "enableBeginFrameControl": True}
        target = self._browser.call("Target.createTarget", {**page, "width": width, "height": height})
        attached = self._browser.call("Target.attachToTarget", {"targetId": target["targetId"], "flatten": True})
        self._session = attached["sessionId"]
        self._screencast = Screencast(self._browser, self._session)
        self._browser.handlers["Page.loadEventFired"] = lambda _p, _s: setattr(self, "_loaded", True)
        self._call("Fetch.enable")
        self._call("Page.enable")
        self._call("Page.setDownloadBehavior", {"behavior": "deny"})
        self._call("HeadlessExperimental.enable")
        self._call("Page.setFontFamilies", {"fontFamilies": FONT_FAMILIES})
        self._call("Page.addScriptToEvaluateOnNewDocument", {"source": (HERE / "clock.js").read_text()})
        self._navigate()

    def empty(self) -> None:
        """Begin anew: what is loaded next stands alone. The document stays, with what is compiled of our script."""
        self._screencast.stop()
        self._picture = b""
        self.show_card("")

    def _navigate(self) -> None:
        """Load the stage. No frame is asked for meanwhile: one that falls between two documents is never answered."""
        self._call("Page.navigate", {"url": ORIGIN + "/"})
        if not self._browser.wait_for(lambda: self._loaded, within_seconds=START_SECONDS):
            raise BrowserFailed("the stage did not load in time")

    def _call(self, method: str, parameters: Parameters | None = None) -> Parameters:
        return self._browser.call(method, parameters, session=self._session)

    def _send(self, method: str, parameters: Parameters | None = None) -> int:
        return self._browser.send(method, parameters, session=self._session)

    def evaluate(self, expression: str, *, frames_after_seconds: float = FRAMES_AFTER_SECONDS) -> Any:
        """The value of a JavaScript expression, awaited; timers go on while it is pending, and frames in the end."""
        options = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        number = self._send("Runtime.evaluate", options)
        started, deadline = time.monotonic(), time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                return value_of(self._browser.result(number, within_seconds=PUMP_SECONDS))
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise BrowserFailed("the page did not settle in time") from None
                self._pump(time.monotonic() - started, frames_after_seconds)

    def _pump(self, waited_seconds: float, frames_after_seconds: float) -> None:
        self._send_and_forget(f"alongsideClock.pass({min(int(waited_seconds * 1000), 50)})")
        is_quiet = not frames_after_seconds or self._answers.quiet_seconds() > QUIET_SECONDS
        if waited_seconds > frames_after_seconds and is_quiet:
            self._frame(self._tick + SMALLEST_TICK_MS)

    def _send_and_forget(self, expression: str) -> None:
        self._browser.post("Runtime.evaluate", {"expression": expression}, session=self._session)

    def load(self, entries: Iterable[tuple[float, bytes]]) -> dict[str, float]:
        """Hand the archive (time of arrival in ms, frame) to the stage; `{"startMs", "endMs"}`, the server's clock."""
        batch = bytearray()
        for received_ms, frame in entries:
            batch += ENTRY.pack(len(frame), received_ms) + frame
            if len(batch) > PUSH_BYTES:
                self._push(batch)
        self._push(batch)
        return dict(self.evaluate("alongsideWorker.load()"))

    def _push(self, batch: bytearray) -> None:
        self.evaluate(f"alongsideWorker.push({json.dumps(base64.b64encode(batch).decode())})")
        batch.clear()

    def start_clock(self, at_ms: float) -> None:
        """Now is `at_ms`: from here on `draw` counts.

        What is shown begins to move before, by more than rounding takes: else it would decide on which side of an
        animation's turn a frame is that comes a whole number of turns later.
        """
        self.evaluate(DRAWN, frames_after_seconds=0)
        self.evaluate(f"alongsideClock.start({at_ms})")
        self._start_ms, self._origin = at_ms, self._tick + ROUNDING_MS
        self._now_ms = at_ms

    def seek(self, at_ms: float, *, now_ms: float | None = None) -> Shown:
        """Bring the stage to the state just before `at_ms` (server's clock), where it is `now_ms` for scripts."""
        self._tick += ROUNDING_MS  # what this sets moving begins after the last frame: see start_clock
        wound = "" if now_ms is None else self._wound(now_ms)
        return shown_of(*self.evaluate(f"{wound}alongsideWorker.seek({at_ms})"))

    def activity(self) -> Activity:
        return activity_of(self.evaluate("alongsideWorker.activity()"))

    def changes(self, *, from_ms: float, to_ms: float) -> list[float]:
        return list(self.evaluate(f"alongsideStage.changes({from_ms}, {to_ms})"))

    def marks(self, *, from_ms: float, to_ms: float) -> list[dict[str, Any]]:
        """`[{"at", "kind", "x", "y"}]`, positions in CSS pixels of the visitor's viewport."""
        return list(self.evaluate(f"alongsideStage.marks({from_ms}, {to_ms})"))

    def show_card(self, title: str, text: str = "") -> None:
        """Cover the stage with a card of ours; an empty title uncovers it."""
        self.evaluate(f"alongsideWorker.card({json.dumps(title)}, {json.dumps(text)})")

    def show_strip(self, title: str, url: str, text: str) -> None:
        """What stands above the page."""
        self.evaluate(f"alongsideWorker.strip({json.dumps([title, url, text])})")

    def set_size(self, *, width: int, height: int) -> None:
        """Lay the stage out at width × height CSS pixels."""
        if self._size == (width, height):
            return
        self._size = (width, height)
        size = {"width": width, "height": height, "deviceScaleFactor": 0, "mobile": False}
        self._await(self._send("Emulation.setDeviceMetricsOverride", size))

    def _await(self, number: int) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            try:
                self._browser.result(number, within_seconds=PUMP_SECONDS)
                return
            except TimeoutError:
                self._frame(self._tick + SMALLEST_TICK_MS)
        raise BrowserFailed("the browser did not change its size in time")

    def wind(self, at_ms: float) -> None:
        """Move the clock of scripts to `at_ms`, with the timers that fall due; nothing is drawn."""
        if wound := self._wound(at_ms):
            self._send_and_forget(wound)

    def _wound(self, at_ms: float) -> str:
        """The statement that does so, none where it is `at_ms` already."""
        if at_ms == self._now_ms:
            return ""
        self._now_ms = at_ms
        return f"alongsideClock.moveTo({at_ms - self._start_ms});"

    def pass_to(self, at_ms: float) -> None:
        """Move time to `at_ms`, with all that moves by itself; nothing is drawn."""
        self.wind(at_ms)
        self._frame(self._tick_at(at_ms), noDisplayUpdates=True)

    def draw(self, at_ms: float) -> bytes:
        """Move time to `at_ms` and draw: the picture, a JPEG, the same object where nothing changed."""
        self.wind(at_ms)
        is_late = self._is_changed  # by a frame before, whose picture nobody waited for
        self._frame(self._tick_at(at_ms))
        if self._is_changed and not is_late and self._screencast.comes():
            self._picture = self._screencast.data
        elif self._is_changed or not self._picture:
            self._ask()
        self._is_changed = False
        return self._picture

    def _ask(self) -> None:
        is_first, self._picture = not self._picture, self.picture()
        # The next frame says of the picture itself that it changed something.
        self._frame(self._tick)
        if is_first:
            self._screencast.start(lambda: self._frame(self._tick))

    def picture(self) -> bytes:
        """A JPEG of the stage as it is now."""
        for _ in range(MOST_DRAWS):
            answer = self._frame(self._tick, screenshot=PICTURE)
            if "screenshotData" in answer:
                return bytes(answer["screenshotData"])
        raise NotDrawn("the browser drew no picture")

    def _tick_at(self, at_ms: float) -> float:
        return self._origin + at_ms - self._start_ms

    def _frame(self, tick: float, **parameters: Any) -> Parameters:
        """One frame; its time must be later than that of the frame before, or it is never drawn."""
        self._tick = max(tick, self._tick + SMALLEST_TICK_MS)
        self._screencast.expect(self._tick)
        frame = {"frameTimeTicks": self._tick, "interval": INTERVAL_MS, **parameters}
        number = self._send("HeadlessExperimental.beginFrame", frame)
        try:
            answer = self._browser.result(number, within_seconds=SETTLE_SECONDS)
        except TimeoutError:
            raise NotDrawn("the browser did not draw in time") from None
        self._is_changed = self._is_changed or answer["hasDamage"] is True
        return answer
