"""What the demo waits for before it compares two pictures: a page that is not complete yet says what it lacks."""

import threading
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from helpdesk.demo.page_scripts import LOADED_FONTS, SET_MARK, UNSETTLED, UNSETTLED_STAGE
from tests.capture import sites
from tests.capture.rig import Rig, rig

ICONS = "vendor/fontawesome-free/webfonts/fa-solid-900.woff2"
SPIN = "document.body.animate([{ rotate: '0deg' }, { rotate: '1deg' }], { duration: 1000, iterations: Infinity })"


class SlowIcons(sites.Site):
    """A site whose icon font waits until it may come."""

    def __init__(self, *args: object, gate: threading.Event, **kwargs: object) -> None:
        self.gate = gate
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if urlsplit(self.path).path.endswith(ICONS):
            self.gate.wait(20)
        super().do_GET()


def visitors(shown: Rig) -> list[str]:
    return shown.visitor.evaluate(f"({UNSETTLED})(document)")


def agents(shown: Rig, fonts: list[str]) -> list[str]:
    return shown.stage.evaluate(UNSETTLED_STAGE, ["here", fonts])


def test_page_waits_for_its_icons_and_the_rebuilt_one_after_it(browser: Browser) -> None:
    gate = threading.Event()
    handler = partial(SlowIcons, gate=gate, directory=str(sites.SB_ADMIN))
    with rig(browser, sites.SB_ADMIN, handler=handler) as shown:
        shown.visitor.goto(f"{shown.origin}/cards.html", wait_until="commit")
        shown.until(lambda: "fonts" in visitors(shown), "the visitor's page loads its icons")
        shown.until(lambda: shown.page.query_selector(".fa-bell"), "the agent sees the page without icons")
        gate.set()
        shown.until(lambda: not visitors(shown), "the visitor's page is complete")
        fonts = shown.visitor.evaluate(f"({LOADED_FONTS})(document)")
        assert set(agents(shown, fonts)) >= {"changes", *fonts}
        shown.visitor.evaluate(SET_MARK, "here")
        shown.until(lambda: not agents(shown, fonts), "the rebuilt page is complete")


def test_page_waits_for_animations_that_end(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text("<!doctype html><title>One</title><p>One</p>")
    with rig(browser, tmp_path) as shown:
        shown.open("one.html")
        assert visitors(shown) == []
        shown.visitor.evaluate(SPIN)
        assert visitors(shown) == []
        shown.visitor.evaluate("document.body.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 1e8 })")
        assert visitors(shown) == ["animation"]
        shown.visitor.evaluate("document.getAnimations().forEach((animation) => animation.cancel())")
        assert visitors(shown) == []
