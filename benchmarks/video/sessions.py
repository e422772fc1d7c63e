"""Sessions on third-party applications, recorded by our capture code and by rrweb at the same time."""

import base64
import contextlib
import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import CDPSession, Page, sync_playwright

from helpdesk.embedded.browser import chromium_path
from tests.apps.actor import Actor
from tests.apps.serving import Applications
from tests.apps.sessions.pages import ADMIN, admin, api, shop
from tests.apps.sessions.widgets import components, editor, grid
from tests.capture import sites
from tests.capture.chromium import launch
from tests.capture.rig import SIZE
from tests.video.recorded import Checkpoint, Recorded, renumbered

FOLDER = Path(__file__).parent
RRWEB = sites.ROOT / "node_modules" / "rrweb" / "umd" / "rrweb.min.js"
STILL_MS = 1200


class Site(Applications):
    """The applications of the tests, and a page of ours beside them."""

    def translate_path(self, path: str) -> str:
        own = FOLDER / "pages" / urlsplit(path).path.lstrip("/")
        return str(own) if own.is_file() else super().translate_path(path)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with contextlib.suppress(ConnectionError):  # a page that is left takes no more
            super().copyfile(source, outputfile)


@dataclass(frozen=True)
class Plan:
    """A session of `seconds`, at a person's pace."""

    name: str
    what: str
    act: Callable[[Actor], None]
    seconds: float


def animated(actor: Actor) -> None:
    """Placeholders, a ring and a bar that never rest; the visitor waits, and looks around a little."""
    actor.open("waiting.html")
    actor.page.wait_for_function("document.querySelectorAll(':not(:defined):not(alongside-assist)').length === 0")
    actor.think(12)
    actor.rest("waiting")
    actor.click("sl-button#more")
    actor.think(15)
    actor.click("sl-details#why")
    actor.think(8)
    actor.rest("opened")
    actor.think(10)
    actor.move(300, 300)
    actor.click("sl-button#less")


def idle(actor: Actor) -> None:
    """A dashboard that is read for a long time."""
    actor.open(f"{ADMIN}/index.html")
    actor.think(18)
    actor.rest("dashboard")
    actor.click("#alertsDropdown")
    actor.see(".dropdown-menu.show")
    actor.think(14)
    actor.rest("menu")
    actor.press("Escape")
    actor.scroll(600)
    actor.think(18)
    actor.rest("below")


def long(actor: Actor) -> None:
    """Four applications one after the other."""
    for one in (admin, shop, api, editor):
        one(actor)


PLANS = (
    Plan("form", "web components (Shoelace): fields, popups, dialogs", components, 60),
    Plan("scroll", "data grid of 5,000 rows (SlickGrid): wheel, sort, search", grid, 60),
    Plan("animated", "placeholders, spinner and bar that never rest (Shoelace)", animated, 60),
    Plan("idle", "dashboard (sb-admin-2, Chart.js), read", idle, 60),
    Plan("long", "sb-admin-2, Quasar, Swagger UI, Quill one after the other", long, 240),
)


@dataclass(frozen=True)
class Counted:
    """From `at_ms` (since 1970) on the stripe has the number: the visitor did something, or a page arrives."""

    number: int
    at_ms: float
    arrives: bool


@dataclass
class Session:
    """`recorded` is what our archive gets, `events` are rrweb's, `counted` are the stripe's numbers."""

    plan: Plan
    recorded: Recorded
    events: list[dict[str, Any]] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    # The end of each checkpoint's picture, by its name; `at_ms` of the checkpoint is the beginning.
    until_ms: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return (self.recorded.ended_ms - self.recorded.started_ms) / 1000


def record(plan: Plan, origin: str, *, pace: float) -> Session:
    """Go through the session; `pace` 1 is that of a person."""
    with sync_playwright() as playwright, launch(playwright, chromium_path(), without=[]) as browser:
        page = browser.new_page(viewport=SIZE)
        session = Session(plan, Recorded(started_ms=0))
        frames = _listen(page, session)
        cdp = page.context.new_cdp_session(page)
        session.recorded.started_ms = time.time() * 1000
        actor = Actor(page, origin, pace=pace, rest=lambda name: _look(page, cdp, session, name))
        plan.act(actor)
        actor.until(plan.seconds * pace)
        page.wait_for_timeout(STILL_MS)
        session.recorded.ended_ms = time.time() * 1000
        session.recorded.frames = renumbered(frames)
    return session


def _listen(page: Page, session: Session) -> list[bytes]:
    frames: list[bytes] = []
    assets = session.recorded.assets

    def upload(sha256: str, content_type: str, body: str) -> bool:
        assets[sha256] = (content_type, base64.b64decode(body))
        return True

    page.expose_function("testFrame", lambda text: frames.append(base64.b64decode(text)))
    page.expose_function("testOffer", lambda hashes: [sha256 for sha256 in hashes if sha256 not in assets])
    page.expose_function("testUpload", upload)
    page.expose_function("benchEvent", lambda text: session.events.append(json.loads(text)))
    page.expose_function("benchStripe", lambda *told: session.counted.append(Counted(*told)))
    page.add_init_script(path=FOLDER / "stripe.js")
    page.add_init_script(sites.host_script(masking={"allow": ["*"]}, mappings={}, tab=1))
    page.add_init_script(path=RRWEB)
    page.add_init_script(path=FOLDER / "rrweb.js")
    return frames


def _look(page: Page, cdp: CDPSession, session: Session, name: str) -> None:
    """A picture of the window once the page has had time to come to rest."""
    page.wait_for_timeout(STILL_MS)
    name = f"{len(session.recorded.checkpoints) + 1} {name}"
    at_ms = time.time() * 1000
    png = base64.b64decode(cdp.send("Page.captureScreenshot", {"format": "png"})["data"])
    session.until_ms[name] = time.time() * 1000
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    session.recorded.checkpoints.append(Checkpoint(name, at_ms, picture))
    page.wait_for_timeout(300)
