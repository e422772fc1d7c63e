"""Other ways to a video of the same session: rrweb's player, filmed in real time and at eight times the speed."""

import base64
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import playwright
from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.video.judge import Timed, centred
from benchmarks.video.sessions import FOLDER, RRWEB, Session
from helpdesk.embedded.browser import chromium_path
from recordings.video.encoder import SegmentEncoder
from recordings.video.surface import JpegReader, Surface
from tests.capture import sites
from tests.capture.chromium import launch
from tests.capture.rig import SIZE

SPEED = 8
LONGEST_MS = 900_000
REVISIONS = Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"


class Player(sites.Quiet):
    FILES = {
        "/": ("text/html", FOLDER / "player.html"),
        "/rrweb.js": ("text/javascript", RRWEB),
        "/rrweb.css": ("text/css", RRWEB.parents[1] / "dist" / "style.css"),
    }

    def do_GET(self) -> None:
        if self.path not in self.FILES:
            return self.send_error(404)
        kind, body = self.FILES[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.read_bytes())


@contextmanager
def _browser() -> Iterator[tuple[Browser, str]]:
    with (
        sites.served(Player) as origin,
        sync_playwright() as started,
        launch(started, chromium_path(), without=[]) as browser,
    ):
        yield browser, origin


def recorded_in_real_time(session: Session) -> tuple[Timed, float]:
    """The file of Playwright's own recorder, as rrvideo makes it, and the seconds that it took."""
    began = time.monotonic()
    with _browser() as (browser, origin), tempfile.TemporaryDirectory() as folder:
        context = browser.new_context(viewport=SIZE, record_video_dir=folder, record_video_size=SIZE)
        page = context.new_page()
        _play(page, origin, session, speed=1)
        context.close()
        assert page.video
        video = Timed(Path(page.video.path()).read_bytes())
    return centred(video, session), time.monotonic() - began


def screencast_at_speed(session: Session) -> tuple[Timed, float]:
    """Pictures that Chromium sends while the player runs at eight times the speed, encoded as ours are."""
    began = time.monotonic()
    shown: list[tuple[float, bytes]] = []
    with _browser() as (browser, origin):
        page = browser.new_page(viewport=SIZE)
        cdp = page.context.new_cdp_session(page)

        def take(event: dict[str, Any]) -> None:
            shown.append((event["metadata"]["timestamp"] * 1000, base64.b64decode(event["data"])))
            with contextlib.suppress(Error):  # the page can be gone
                cdp.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

        cdp.on("Page.screencastFrame", take)
        cdp.send("Page.startScreencast", {"format": "jpeg", "quality": 80, "everyNthFrame": 1})
        _play(page, origin, session, speed=SPEED)
        start_ms = page.evaluate("began")
    video = Timed(_encoded([(at_ms - start_ms, jpeg) for at_ms, jpeg in shown if at_ms >= start_ms]))
    return centred(video, session), time.monotonic() - began


def _play(page: Page, origin: str, session: Session, *, speed: int) -> None:
    page.set_default_timeout(LONGEST_MS)
    page.goto(origin)
    page.evaluate("([events, speed]) => play(events, speed)", [session.events, speed])


def _encoded(shown: list[tuple[float, bytes]]) -> bytes:
    """`shown` are ms of the player's time and JPEGs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "video.mp4")
        with SegmentEncoder(path, width=SIZE["width"], height=SIZE["height"]) as encoder:
            surface, jpegs = Surface(SIZE["width"], SIZE["height"]), JpegReader()
            for at_ms, jpeg in shown:
                surface.show(jpegs.read(jpeg), left=0, top=0)
                encoder.add(surface.frame, at_ms=round(at_ms * SPEED))
            encoder.finish(duration_ms=round(shown[-1][0] * SPEED) + 1)
        return path.read_bytes()


@contextmanager
def playwrights_encoder() -> Iterator[str]:
    """Playwright's own where it is installed; else PyAV stands in for it, with the same codec and options."""
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = json.loads(REVISIONS.read_text())["browsers"]
    name = next(f"ffmpeg-{one['revision']}" for one in found if one["name"] == "ffmpeg")
    if (own / name).exists():
        yield "Playwright's ffmpeg"
        return
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, name, "ffmpeg-linux")
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FOLDER / "ffmpeg.py"}" "$@"\n')
        program.chmod(0o755)
        os.environ["PLAYWRIGHT_BROWSERS_PATH"] = folder
        try:
            yield "PyAV's libvpx with Playwright's options"
        finally:
            del os.environ["PLAYWRIGHT_BROWSERS_PATH"]
