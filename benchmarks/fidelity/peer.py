"""The peer's side: rrweb records at the visitor and replays live, the test moves its events."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from tests.capture import sites
from tests.fidelity import pictures, steps
from tests.fidelity.features import Feature

FOLDER = Path(__file__).parent
SCRIPT = sites.ROOT / "node_modules" / "rrweb" / "umd" / "rrweb.min.js"
RECORD = """
if (window.top === window) document.addEventListener("DOMContentLoaded", () =>
  rrweb.record({
    emit: (event) => peerEvent(JSON.stringify(event)), recordAfter: "DOMContentLoaded", sampling: { mousemove: 50 },
  }));
"""


class Player(sites.Quiet):
    def do_GET(self) -> None:
        kind, body = ("text/javascript", SCRIPT) if self.path == "/rrweb.js" else ("text/html", FOLDER / "peer.html")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.read_bytes())


@dataclass
class Peer:
    visitor: Page
    player: Page
    origin: str
    longest_seconds: float
    events: list[object] = field(default_factory=list)

    def compare(self, feature: Feature) -> tuple[np.ndarray, np.ndarray]:
        """Both pictures, once the steps are taken."""
        steps.emulate(self.visitor, feature)
        self.begin()
        self.visitor.goto(f"{self.origin}/{feature.file}")
        for step in feature.steps:
            if step == "sent":
                self.pump(1)
            else:
                steps.take(self.visitor, step)
        self.visitor.evaluate(steps.AT_REST)
        return self.once_alike()

    def once_alike(self) -> tuple[np.ndarray, np.ndarray]:
        """Both pictures, once they are the same or when they have not been for long enough."""
        deadline = time.monotonic() + self.longest_seconds
        while True:
            self.pump(0.1)
            seen = self.look()
            if time.monotonic() > deadline or not pictures.differing(*seen).any():
                return seen

    def begin(self) -> None:
        """Without anything of before."""
        self.visitor.goto("about:blank")
        self.events.clear()
        self.player.evaluate("begin()")

    def pump(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            self.visitor.wait_for_timeout(40)
            events, self.events[:] = list(self.events), []
            if events:
                self.player.evaluate("events => take(events)", events)
            if time.monotonic() > until:
                return

    def look(self) -> tuple[np.ndarray, np.ndarray]:
        size = self.visitor.viewport_size
        assert size
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"]}
        shots = self.visitor.screenshot(caret="initial"), self.player.screenshot(clip=clip, caret="initial")  # type: ignore[arg-type]
        return pictures.decoded(shots[0]), pictures.decoded(shots[1])


@contextmanager
def peer(browser: Browser, origin: str, *, ratio: float, touch: bool, longest_seconds: float) -> Iterator[Peer]:
    with ExitStack() as stack:
        own = stack.enter_context(sites.served(partial(Player)))
        visitor = browser.new_context(device_scale_factor=ratio, has_touch=touch, is_mobile=touch)
        player = browser.new_context(viewport={"width": 1600, "height": 1200}, device_scale_factor=ratio)
        stack.callback(visitor.close)
        stack.callback(player.close)
        made = Peer(visitor.new_page(), player.new_page(), origin, longest_seconds)
        made.visitor.expose_function("peerEvent", lambda text: made.events.append(json.loads(text)))
        made.visitor.add_init_script(SCRIPT.read_text() + RECORD)
        made.player.goto(own)
        yield made
