"""A picture that the visitor sees and no script may read: a place of its size stands for it, however late it comes."""

import threading
from pathlib import Path

from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.rig import rig
from tests.fidelity.site import picture

PAGE = '<!doctype html><title>Portrait</title><p>Before</p><img src=%s alt="Portrait"><p>After</p>'
SHOWN = "(({ naturalWidth: w, naturalHeight: h }) => [w, h])(document.querySelector('img'))"


class Late(sites.Quiet):
    """Another site: it answers scripts at once, without leave to read; the page's own picture begins, and waits."""

    asked: threading.Event
    goes_on: threading.Event

    def do_GET(self) -> None:
        body = picture("red", 120, 60)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.headers.get("Origin"):
            self.asked.set()
        else:
            self.goes_on.wait()
        self.wfile.write(body)


def test_size_of_a_picture_that_comes_late_is_told(browser: Browser, tmp_path: Path) -> None:
    late = type("Site", (Late,), {"asked": threading.Event(), "goes_on": threading.Event()})
    with sites.served(late) as other:
        address = f"{other.replace('127.0.0.1', 'localhost')}/portrait.png"
        (tmp_path / "page.html").write_text(PAGE % address)
        with rig(browser, tmp_path) as shown:
            try:
                shown.visitor.goto(f"{shown.origin}/page.html", wait_until="commit")
                shown.until(lambda: "After" in shown.page.locator("body").inner_text(), "the page without it")
                shown.until(late.asked.is_set, "the capture code asks for it")
                shown.settle()
                assert "unread" not in shown.operations()
            finally:
                late.goes_on.set()
            shown.until(lambda: shown.page.evaluate(SHOWN) == [120, 60], "a place of its size")
