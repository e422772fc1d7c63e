"""One session of an application, recorded in one way; each in a browser of its own. All sizes in bytes."""

import base64
import gzip
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from assist.channel.heads import Heads
from assist.channel.protocol import HEADER_BYTES, FrameKind
from benchmarks.bytes.sink import Sink, served
from helpdesk.embedded.browser import ARGUMENTS, chromium_path
from tests.apps.actor import Actor
from tests.apps.sessions import Application
from tests.capture import sites
from tests.capture.chromium import OWN_HOSTS_ONLY
from tests.capture.rig import SIZE, inflated
from tests.capture.tenant import Tenant

FOLDER = Path(__file__).parent
NODE_MODULES = sites.ROOT / "node_modules"
BATCH_SECONDS = 2
# As the loader compresses what it uploads: web/loader/assets.ts.
COMPRESSIBLE = re.compile(r"^text/|json|xml|javascript|svg|font/ttf|font/otf|sfnt|bmp")
COMPRESSED_FROM = 1024


@dataclass(frozen=True)
class Minute:
    """How long a session takes, and how fast it goes; 1 is the pace of a person."""

    seconds: float = 60
    pace: float = 1


@contextmanager
def visit(minute: Minute, application: Application) -> Iterator[tuple[Page, Sink, Callable[[], None]]]:
    """A fresh page, where it runs, and what goes through the session once all is set up."""
    with served() as sink, visit_at(sink, minute, application) as (page, go):
        yield page, sink, go


@contextmanager
def visit_at(sink: Sink, minute: Minute, application: Application) -> Iterator[tuple[Page, Callable[[], None]]]:
    """The same, of a site that is served already."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium_path()),
            args=[*ARGUMENTS, OWN_HOSTS_ONLY],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        page = browser.new_page(viewport=SIZE)

        def go() -> None:
            actor = Actor(page, sink.origin, pace=minute.pace)
            application.session(actor)
            actor.until(minute.seconds)

        yield page, go
        browser.close()


@dataclass
class Ours:
    """What goes up in one session: by the channel, and what the tenant's store did not have."""

    frames: list[bytes] = field(default_factory=list)
    offers: int = 0
    # Of an upload, by digest.
    uploads: dict[str, int] = field(default_factory=dict)

    def kinds(self) -> dict[str, int]:
        """By what it is for; `heads` are of frames and messages, `offers` ask what the store has."""
        canvas = self.canvas_pictures()
        kinds = dict.fromkeys(("snapshots", "operations", "control", "heads", "offers", "canvas", "assets"), 0)
        channel = Heads()
        for frame in self.frames:
            whole = on_the_wire(len(channel.short(frame)))
            payload = min(len(frame) - HEADER_BYTES, whole)
            kinds[kind_of(frame)] += payload
            kinds["heads"] += whole - payload
        kinds["offers"] = self.offers
        for sha256, size in self.uploads.items():
            kinds["canvas" if sha256 in canvas else "assets"] += size
        return kinds

    def canvas_pictures(self) -> set[str]:
        return {line[3] for line in self.lines() if line[0] == "canvas"}

    def lines(self) -> Iterator[list]:
        """Of all page streams."""
        for line in "".join(inflated(self.frames)).splitlines():
            if line.startswith("["):
                yield json.loads(line)

    def inflated(self) -> dict[str, int]:
        """Characters of the page streams, by the name of the operation."""
        sizes: dict[str, int] = {}
        for line in self.lines():
            sizes[line[0]] = sizes.get(line[0], 0) + len(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
        return sizes


def kind_of(frame: bytes) -> str:
    return {FrameKind.SNAPSHOT: "snapshots", FrameKind.OPERATIONS: "operations"}.get(FrameKind(frame[0]), "control")


def on_the_wire(size: int) -> int:
    """A message of a WebSocket with its head and mask."""
    return size + (6 if size < 126 else 8 if size < 65536 else 14)


@dataclass(frozen=True)
class Visitors:
    """Of one tenant, on the same application one after the other."""

    first: Ours
    second: Ours
    third: Ours


def visitors(application: Application, minute: Minute) -> Visitors:
    """The first finds the store empty; the second puts into it what both have in common; the third has a warm one."""
    tenant = Tenant()
    with served() as sink:  # its address is in the pages
        return Visitors(*(ours(sink, application, minute, tenant, session=number) for number in range(3)))


def ours(sink: Sink, application: Application, minute: Minute, tenant: Tenant, *, session: int) -> Ours:
    out = Ours()

    def ask(row: str) -> dict[str, list[str] | list[int]]:
        # {"type": "subtree_ask", "names": "…"}
        out.offers += on_the_wire(34 + len(row))
        return tenant.ask(session, row)

    def offer(hashes: list[str]) -> list[str]:
        # {"type":"asset_offer","assets":[["43 signs",12345],…]}
        out.offers += on_the_wire(34 + 54 * len(hashes))
        return [sha256 for sha256 in hashes if sha256 not in tenant.assets]

    def upload(sha256: str, content_type: str, body: str) -> bool:
        data = base64.b64decode(body)
        zips = len(data) >= COMPRESSED_FROM and COMPRESSIBLE.search(content_type)
        out.uploads[sha256] = len(gzip.compress(data)) if zips else len(data)
        return tenant.keep(sha256, content_type, data)

    with visit_at(sink, minute, application) as (page, go):
        page.expose_function("testFrame", lambda text: out.frames.append(base64.b64decode(text)))
        page.expose_function("testOffer", offer)
        page.expose_function("testUpload", upload)
        page.expose_function("testAsk", ask)
        page.add_init_script(sites.host_script(masking={}, mappings={}, tab=1))
        go()
    for sha256 in out.canvas_pictures():  # people do not see the same ones
        tenant.assets.pop(sha256, None)
    return out


@dataclass
class Rrweb:
    raw: int
    gzipped: int


def rrweb(application: Application, minute: Minute) -> Rrweb:
    events: list[tuple[float, str]] = []
    with visit(minute, application) as (page, _, go):
        page.expose_function("benchEvent", lambda text: events.append((time.monotonic(), text)))
        page.add_init_script(path=NODE_MODULES / "rrweb" / "umd" / "rrweb.min.js")
        page.add_init_script(path=FOLDER / "rrweb.js")
        go()
    batches: dict[int, list[str]] = {}
    for at, text in events:
        batches.setdefault(int((at - events[0][0]) / BATCH_SECONDS), []).append(text)
    bodies = [f"[{','.join(texts)}]".encode() for texts in batches.values()]
    return Rrweb(sum(map(len, bodies)), sum(len(gzip.compress(body)) for body in bodies))


def openreplay(application: Application, minute: Minute) -> int:
    """Bodies of its batches and of its pictures; what begins a session is left out."""
    with visit(minute, application) as (page, sink, go):
        page.add_init_script(tracker())
        go()
        page.goto("about:blank")  # what waits is sent when the page is left
        page.wait_for_timeout(1000)
        if not sink.bodies.get("i"):
            raise RuntimeError("the tracker has sent nothing")
        return sink.bodies["i"] + sink.bodies.get("images", 0)


def tracker() -> str:
    command = [
        NODE_MODULES / ".bin" / "esbuild",
        FOLDER / "openreplay.mjs",
        "--bundle",
        "--minify",
        "--format=iife",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
