"""Bad weather: the visitor behind a slow, lossy line; ours, a stream of H.264, and JPEG pictures in turn."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page

from benchmarks.latency import scripts
from benchmarks.latency.link import Checked, Line, Link, link
from benchmarks.latency.pictures import H264, Codec, Jpeg, Peer
from benchmarks.latency.scene import SLOW_S, Scene, browsers, end, go_live, joined, sign_in
from helpdesk.demo.cast import Visitor, until
from helpdesk.embedded import ports, processes
from helpdesk.embedded.browser import chromium_path
from helpdesk.embedded.process import Child, wait_until_ready
from helpdesk.embedded.system import System

PAGES = ("index.html", "tables.html")
GAPS_MS = (150, 600)


@dataclass
class Seen:
    """`times_ms` from a change to its being seen, `first_ms` until the first picture of each page was."""

    times_ms: list[float]
    first_ms: list[float]
    bytes_up: int
    seconds: float


@dataclass
class Weather:
    line: Line
    checked: Checked
    seen: dict[str, Seen]


async def run(system: System, *, changes: int, folder: Path) -> Weather:
    """`changes` on each page and each way."""
    line = Line()
    with link(line) as made, at_the_visitor(system, made) as site_url:
        checked = await asyncio.to_thread(made.check)
        path = made.wrapper(folder, chromium_path())
        rules = (
            f"--host-resolver-rules=MAP localhost {made.host}, MAP * ~NOTFOUND, EXCLUDE {made.host}, EXCLUDE 127.0.0.1"
        )
        async with browsers(visitor_path=path, rules=rules) as (visitors, agents):
            seen = {"alongside": await _ours(system, visitors, agents, site_url, changes)}
            for name, codec in {"h264": H264(), "jpeg": Jpeg()}.items():
                seen[name] = await _theirs(codec, made, visitors, site_url, changes)
    return Weather(line, checked, seen)


@contextmanager
def at_the_visitor(system: System, made: Link) -> Iterator[str]:
    """A web node that the line leads to, and the demo's site next to the visitor, whose address is given."""
    port, logs = ports.any_free(), system.home / "logs"
    key = system.seed["tenants"][0]["public_key"]
    web = processes.web(system.environment, port=system.port, logs=logs, host=made.host)
    web.log = logs / "web-line.log"
    web.ready = lambda: web.said(b"Listening on TCP address")
    command = [*made.run, sys.executable, "-m", "helpdesk.demo.site", str(port), system.base_url, key]
    site = Child("site", command, logs / "site-line.log", environment=system.environment, folder=processes.ROOT)
    site.ready = lambda: site.said(b"listening")
    try:
        for child in (web, site):
            child.start()
        wait_until_ready([web, site])
        yield f"http://127.0.0.1:{port}"
    finally:
        site.stop()
        web.stop()


async def _ours(system: System, visitors: Browser, agents: Browser, site_url: str, changes: int) -> Seen:
    agent = await sign_in(agents, system)
    scene = await go_live(visitors, agent, url=f"{site_url}/{PAGES[0]}", note="bad weather")
    page, out = scene.visitor.page, Seen([], [], 0, 0)
    began = asyncio.get_running_loop().time()
    live_at = scene.agreed_at_ms
    for number, name in enumerate(PAGES):
        if number:
            await page.goto(f"{site_url}/{name}", wait_until="domcontentloaded")
            live_at = await page.evaluate("Date.now()")
        out.first_ms.append(await _titled(scene) - live_at)
        out.times_ms += await _changes(scene, first=number * changes, count=changes)
    out.seconds = asyncio.get_running_loop().time() - began
    out.bytes_up = scene.visitor.bytes_up() + scene.visitor.uploaded_bytes
    await end(scene)
    return out


async def _titled(scene: Scene) -> float:
    stage = await scene.agent.stage()
    title = await scene.visitor.page.title()
    return float(await stage.evaluate(scripts.TITLED, [await scene.agent.rebuilt(), title]))


async def _changes(scene: Scene, *, first: int, count: int) -> list[float]:
    page = scene.visitor.page
    await page.evaluate(scripts.STRIP, first)
    await scene.watch()
    async with busy(page):
        changes = await page.evaluate(scripts.CHANGES, [count, *GAPS_MS])
        await scene.painted(first + count)
    return joined(changes, await scene.seen(), first=first + 1)


async def _theirs(codec: Codec, made: Link, visitors: Browser, site_url: str, changes: int) -> Seen:
    visitor = await Visitor.arrive(visitors, url=f"{site_url}/{PAGES[0]}")
    page, peer, out = visitor.page, Peer(codec, made), Seen([], [], 0, 0)
    await page.get_by_test_id("assist-button").wait_for(timeout=SLOW_S * 1000)
    began = asyncio.get_running_loop().time()
    await peer.start(page)
    for number, name in enumerate(PAGES):
        if number:
            await page.goto(f"{site_url}/{name}", wait_until="domcontentloaded")
        await page.evaluate(scripts.STRIP, number * changes)
        async with busy(page):
            made_at = await page.evaluate(scripts.CHANGES, [changes, *GAPS_MS])
            last = (number + 1) * changes
            await _decoded(peer, last)
        times = {change: {"painted": at} for change, at in peer.seen.items()}
        out.times_ms += joined(made_at, times, first=number * changes + 1)
    out.seconds = asyncio.get_running_loop().time() - began
    await peer.stop()
    out.bytes_up, out.first_ms = peer.sent_bytes, [peer.first_ms]
    await page.context.close()
    return out


async def _decoded(peer: Peer, change: int) -> None:
    async def probe() -> bool:
        return change in peer.seen

    await until(f"change {change} is seen", probe, seconds=SLOW_S)


@asynccontextmanager
async def busy(page: Page) -> AsyncIterator[None]:
    """A person at work meanwhile: the mouse moves, a search is typed, a menu opens."""
    work = asyncio.ensure_future(_work(page, random.Random(1)))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _work(page: Page, draw: random.Random) -> None:
    while True:
        x, y = draw.randrange(300, 1200), draw.randrange(100, 700)
        for step in range(10):
            await page.mouse.move(x + step * 8, y + step * 3)
            await asyncio.sleep(0.03)
        field = page.locator(".navbar-search input:visible").first
        await field.fill("")
        await field.press_sequentially(draw.choice(["order 4711", "Tokyo", "invoice"]), delay=90)
        await page.locator("#userDropdown").click()
        await asyncio.sleep(draw.uniform(0.5, 1.5))
        await page.keyboard.press("Escape")
        await page.mouse.wheel(0, draw.choice([-200, 200]))
        await asyncio.sleep(draw.uniform(0.5, 1.5))
