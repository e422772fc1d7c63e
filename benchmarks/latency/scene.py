"""A visitor and an agent in real browsers, in a session that is live."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from benchmarks.latency import scripts
from helpdesk.demo.cast import Agent, Visitor, until
from helpdesk.embedded.browser import ARGUMENTS, chromium_path
from helpdesk.embedded.system import System

NO_WAY_OUT = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"
SLOW_S = 120.0


@dataclass
class Scene:
    visitor: Visitor
    agent: Agent
    console_url: str
    agreed_at_ms: float

    async def watch(self) -> None:
        """From now on, changes that reach the page which the agent sees are noted."""
        stage = await self.agent.stage()
        await stage.evaluate(scripts.WATCH, await self.agent.rebuilt())

    async def painted(self, change: int, *, seconds: float = SLOW_S) -> None:
        """Until a change has been painted at the agent."""
        stage = await self.agent.stage()

        async def probe() -> bool:
            return bool((await stage.evaluate(scripts.SEEN)).get(str(change), {}).get("painted"))

        await until(f"change {change} is painted at the agent", probe, seconds=seconds, every=0.1)

    async def seen(self) -> dict[int, dict[str, float]]:
        """When each change was in the rebuilt page's DOM, and when it was painted."""
        stage = await self.agent.stage()
        return {int(change): times for change, times in (await stage.evaluate(scripts.SEEN)).items()}


@asynccontextmanager
async def browsers(
    *, visitor_path: Path | None = None, rules: str = NO_WAY_OUT
) -> AsyncIterator[tuple[Browser, Browser]]:
    """The visitor's browser and the agent's."""
    async with async_playwright() as playwright:
        theirs = await playwright.chromium.launch(
            executable_path=str(visitor_path or chromium_path()), args=[*ARGUMENTS, rules]
        )
        ours = await playwright.chromium.launch(executable_path=str(chromium_path()), args=[*ARGUMENTS, NO_WAY_OUT])
        try:
            yield theirs, ours
        finally:
            await theirs.close()
            await ours.close()


async def sign_in(browser: Browser, system: System) -> Agent:
    """The demo tenant's agent, at the list of requests."""
    user = next(user for user in system.seed["tenants"][0]["users"] if user["role"] == "agent")
    agent = await Agent.sign_in(browser, base_url=system.base_url, email=user["email"], password=user["password"])
    await agent.page.context.add_init_script(scripts.WIRE)
    return agent


async def go_live(browser: Browser, agent: Agent, *, url: str, note: str) -> Scene:
    """The visitor asks, the agent accepts, the visitor agrees; until the visitor's page is on the agent's screen."""
    visitor = await Visitor.arrive(browser, url="about:blank")
    await visitor.page.context.add_init_script(scripts.WIRE)
    await visitor.page.goto(url)
    await visitor.page.get_by_test_id("assist-button").wait_for(timeout=SLOW_S * 1000)
    await visitor.ask(note)
    card = agent.page.get_by_test_id("assist-request").filter(has_text=note)
    await card.get_by_test_id("assist-accept").click()
    await agent.page.wait_for_url("**/desk/assist/*-*/")
    await visitor.page.get_by_test_id("assist-link").click(timeout=SLOW_S * 1000)
    consent = visitor.page.get_by_test_id("assist-consent")
    await consent.wait_for(timeout=SLOW_S * 1000)
    agreed_at_ms = time.time() * 1000
    await consent.click()
    await agent.reach("state", "live", seconds=SLOW_S)
    await agent.reach("page-kind", "html", seconds=SLOW_S)
    return Scene(visitor, agent, agent.page.url, agreed_at_ms)


async def end(scene: Scene) -> None:
    await scene.visitor.page.get_by_test_id("assist-indicator").click()
    await scene.visitor.page.get_by_test_id("assist-end").click()
    await scene.agent.reach("state", "ended")
    await scene.visitor.page.context.close()


def joined(
    changes: list[float], seen: dict[int, dict[str, float]], *, first: int, stage: str = "painted"
) -> list[float]:
    """Latencies in ms of changes `first` …; a change that was overtaken by the next one counts as seen with it."""
    out: list[float] = []
    later = {number: times[stage] for number, times in seen.items() if times[stage]}
    for number, changed_at in enumerate(changes, start=first):
        at = min((time for other, time in later.items() if other >= number), default=None)
        if at is None:
            raise RuntimeError(f"change {number} was never {stage} at the agent")
        out.append(at - changed_at)
    return out


def wire(entries: Any) -> dict[int, float]:
    """When the frame of each seq passed (the last of its kind wins)."""
    return {int(seq): at for at, seq, kind in entries if kind == 3}
