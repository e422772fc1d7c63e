"""Back to a page that has not changed: what goes up once the socket is open, and how soon the agent sees the page."""

import base64
import gzip
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from assist.channel.heads import Heads
from assist.channel.protocol import FrameKind, decode_frame
from benchmarks.page.run import brotli_bytes
from helpdesk.embedded.browser import chromium_path
from tests.capture import sites
from tests.capture.chromium import launch
from tests.capture.rig import Rig, rig

FOLDER = Path(__file__).parent
PAGES = ("tables.html", "charts.html", "cards.html")
TIMES = 5
# As web/loader/channel.ts says it, with a session's token, and a name of the capture code that the browser has.
HELLO = {"type": "hello", "version": 1, "token": "_" * 43, "tab": 1, "time": 1_700_000_000_000, "loader": "_" * 16}
HELLO_BYTES = len(json.dumps(HELLO | {"injection": "nonce", "capture": "_" * 64}, separators=(",", ":")))
BACK = "setTimeout(() => history.back())"
# Hands frames to the stage; ms until it has shown a page after them, two frames of the screen included.
SHOW = """async ([frames, page]) => {
  const told = reports.length, began = performance.now();
  push(frames, true);
  const isShown = () => reports.slice(told).some((report) => report.type === "applied" && report.page === page);
  while (!isShown()) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return performance.now() - began;
}"""


@dataclass(frozen=True)
class Back:
    """Of one return: bytes of messages that go up, with heads, and ms from the first frame to the page's picture."""

    bytes: int
    shown_ms: float


@dataclass(frozen=True)
class Peer:
    """The same step as rrweb's events: JSON, and with gzip as one batch."""

    raw: int
    gzipped: int


def measure() -> tuple[list[Back], list[Peer]]:
    with sync_playwright() as playwright, launch(playwright, chromium_path(), without=[]) as browser:
        return list(ours(browser)), list(theirs(browser))


def ours(browser: Browser) -> Iterator[Back]:
    for path in PAGES:
        with rig(browser, sites.SB_ADMIN) as shown:
            shown.open(path)
            shown.settle()
            for _ in range(TIMES):
                shown.open("blank.html")
                shown.settle()
                yield returned(shown)


def returned(shown: Rig) -> Back:
    """Raises AssertionError where the page is not known again."""
    before = len(shown.frames)
    shown.visitor.evaluate(BACK)
    while not any(frame[0] == FrameKind.HISTORY for frame in shown.frames[before:]):
        assert not any(frame[0] == FrameKind.PAGE_ENTER for frame in shown.frames[before:]), "sent as a new page"
        shown.visitor.wait_for_timeout(1)
    sent = shown.frames[before:]
    page = decode_frame(sent[-1]).page
    shown_ms = shown.console.evaluate(SHOW, [[base64.b64encode(frame).decode() for frame in sent], page])
    shown.skip(len(sent))
    shown.settle()
    heads = Heads()
    heads.whole(shown.frames[before - 1])
    return Back(sum(len(heads.short(frame)) for frame in shown.frames[before:]), shown_ms)


def theirs(browser: Browser) -> Iterator[Peer]:
    for path in PAGES:
        with sites.served(sites.site(sites.SB_ADMIN)) as origin:
            events: list[str] = []
            page = browser.new_page()
            page.expose_function("benchEvent", lambda text, told=events: told.append(text))
            page.add_init_script(path=sites.ROOT / "node_modules" / "rrweb" / "umd" / "rrweb.min.js")
            page.add_init_script(path=FOLDER / "rrweb.js")
            for _ in range(TIMES):
                page.goto(f"{origin}/{path}")
                page.goto(f"{origin}/blank.html")
                page.wait_for_load_state("networkidle")
                events.clear()
                page.evaluate(BACK)
                page.wait_for_url(f"**/{path}")
                page.wait_for_load_state("networkidle")
                body = f"[{','.join(events)}]".encode()
                yield Peer(len(body), len(gzip.compress(body)))
            page.close()


def rows(backs: list[Back], peers: list[Peer]) -> list[str]:
    """For the table."""
    return [
        f"| back to an unchanged page, {len(backs)} times on {len(PAGES)} pages | median | at most |",
        "| --- | ---: | ---: |",
        f"| ours, bytes once the socket is open | {_median(backs, 'bytes'):,.0f} | {_most(backs, 'bytes'):,.0f} |",
        f"| before it, the `hello`, bytes | {HELLO_BYTES} | |",
        f"| before it, the loader where no cache has it, bytes | {brotli_bytes('loader'):,} | |",
        f"| ours, shown after, ms | {_median(backs, 'shown_ms'):.0f} | {_most(backs, 'shown_ms'):.0f} |",
        f"| rrweb, JSON, bytes | {_median(peers, 'raw'):,.0f} | {_most(peers, 'raw'):,.0f} |",
        f"| rrweb, gzip, bytes | {_median(peers, 'gzipped'):,.0f} | {_most(peers, 'gzipped'):,.0f} |",
    ]


def figures(backs: list[Back]) -> dict[str, int]:
    most, shown_ms = _most(backs, "bytes"), _most(backs, "shown_ms")
    return {"back_to_page_bytes": round(most), "back_to_page_shown_ms": round(shown_ms)}


def _median(all_: Sequence[object], name: str) -> float:
    return statistics.median(getattr(one, name) for one in all_)


def _most(all_: Sequence[object], name: str) -> float:
    return float(max(getattr(one, name) for one in all_))
