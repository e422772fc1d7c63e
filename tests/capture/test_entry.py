"""When a page counts as entered: not while the visitor still sees the one before it, and as what it turns out to be."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameKind
from tests.capture import sites
from tests.capture.rig import Rig, rig

BEGINNING = b"<!doctype html><title>Slow</title><body><p>First part</p><script>testStart()</script>"


class SlowSite(sites.Quiet):
    """`/asks` sends its second part when the page has waited 400 ms; `/hangs` when the test says so."""

    go = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/go":
            self.go.set()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.path in ("/asks", "/hangs"):
            self.wfile.write(BEGINNING)
            if self.path == "/asks":
                self.wfile.write(b"<script>setTimeout(() => fetch('/go'), 400)</script>")
            self.wfile.flush()
            assert self.go.wait(20)
            self.wfile.write(b"<p>Second part</p>")


@pytest.fixture
def slow(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    SlowSite.go.clear()
    with rig(browser, tmp_path, handler=SlowSite) as shown:
        yield shown
        SlowSite.go.set()


def first_snapshot(shown: Rig) -> str:
    snapshots = [frame for frame in shown.frames if frame[0] == FrameKind.SNAPSHOT]
    return shown.operations(snapshots[:1])


def test_page_is_entered_when_its_document_is_parsed(slow: Rig) -> None:
    slow.visitor.goto(f"{slow.origin}/asks", wait_until="commit")
    slow.until(lambda: "SNAPSHOT" in slow.kinds())
    assert "Second part" in first_snapshot(slow)


def test_page_that_takes_long_to_parse_is_shown_as_it_comes(slow: Rig) -> None:
    slow.visitor.goto(f"{slow.origin}/hangs", wait_until="commit")
    slow.until(lambda: "SNAPSHOT" in slow.kinds())
    assert "First part" in first_snapshot(slow)
    SlowSite.go.set()
    slow.until(lambda: "Second part" in slow.page.inner_text("body"), "what comes later is shown")


def test_native_page_that_is_there_from_the_start_is_the_only_one(browser: Browser, tmp_path: Path) -> None:
    scene = "{ tag: 'panel', text: 'Drawn', rect: [0, 0, 300, 100] }"
    start = f"testStart(); testCapture.nativePage({{ pageId: 'bay', title: 'Bay', root: {scene} }})"
    (tmp_path / "start.js").write_text(start)
    page = "<!doctype html><title>One</title><script defer src=start.js></script><p>Not this</p>"
    (tmp_path / "one.html").write_text(page)
    mapping = {"version": 1, "rules": [{"match": {"tag": "panel"}, "element": "main"}]}
    with rig(browser, tmp_path, mappings={"bay": mapping}) as shown:
        shown.open("one.html")
        shown.settle()
        assert shown.kinds().count("PAGE_ENTER") == 1
        assert "Not this" not in shown.operations()
        assert "Drawn" in shown.page.inner_text("main")
