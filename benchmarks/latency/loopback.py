"""Latency on one machine: from a change in the visitor's DOM to the frame painted at the agent."""

import asyncio
from dataclasses import dataclass

from playwright.async_api import Page

from benchmarks.latency import scripts
from benchmarks.latency.scene import Scene, browsers, end, go_live, joined, sign_in, wire
from helpdesk.embedded.system import System

GAPS_MS = (20, 400)
LIVELY, STILL = "page at work, mouse moving", "page at rest"


@dataclass
class Loopback:
    """Latencies in ms: painted by situation; sent, heard (at the console) and in the DOM over all."""

    painted: dict[str, list[float]]
    stations: dict[str, list[float]]


async def run(system: System, *, count: int) -> Loopback:
    async with browsers() as (visitors, agents):
        agent = await sign_in(agents, system)
        scene = await go_live(visitors, agent, url=f"{system.site_url}/index.html", note="loopback")
        page = scene.visitor.page
        await page.wait_for_load_state("networkidle")
        await page.evaluate(scripts.STRIP)
        out = Loopback({}, {})
        for situation in (STILL, LIVELY):
            await _measure(scene, situation, count=count, out=out)
        await end(scene)
        return out


async def _measure(scene: Scene, situation: str, *, count: int, out: Loopback) -> None:
    page = scene.visitor.page
    first = await page.evaluate("window.__changes.length") + 1
    await scene.watch()
    moving = None
    if situation == LIVELY:
        await page.evaluate(scripts.LIVELY)
        moving = asyncio.ensure_future(_move(page))
    changes = await page.evaluate(scripts.CHANGES, [count, *GAPS_MS])
    if moving:
        moving.cancel()
    await scene.painted(first + count - 1)
    seen = await scene.seen()
    out.painted[situation] = joined(changes, seen, first=first)
    out.stations.setdefault("dom", []).extend(joined(changes, seen, first=first, stage="dom"))
    for name, times in (await _stations(scene, changes)).items():
        out.stations.setdefault(name, []).extend(times)


async def _stations(scene: Scene, changes: list[float]) -> dict[str, list[float]]:
    """A change is in the first frame that left at or after it."""
    sent = wire((await scene.visitor.page.evaluate(scripts.WIRED))["sent"])
    heard = wire((await scene.agent.page.evaluate(scripts.WIRED))["heard"])
    out: dict[str, list[float]] = {"sent": [], "heard": []}
    for changed_at in changes:
        at, seq = min(((at, seq) for seq, at in sent.items() if at >= changed_at), default=(0, 0))
        if seq in heard:
            out["sent"].append(at - changed_at)
            out["heard"].append(heard[seq] - changed_at)
    return out


async def _move(page: Page) -> None:
    """A hand on a mouse: positions at about the rate of a display."""
    step = 0
    while True:
        step += 1
        await page.mouse.move(300 + (step * 7) % 500, 250 + (step * 5) % 300)
        await asyncio.sleep(0.016)
