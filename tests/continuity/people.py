"""What the agent reads at the console about tabs, and how a visitor turns from one to another."""

import asyncio
import time
from typing import Any

from playwright.async_api import Page

from tests.faults.agents import Agent
from tests.loader.conftest import Visitor

WAIT_SECONDS = 30
# Playwright keeps every page visible and focused; a browser of people hides all but one.
TURN = """(isVisible) => {
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: isVisible ? 'visible' : 'hidden' });
  Object.defineProperty(document, 'hidden', { configurable: true, value: !isVisible });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
LOOK = """() => {
  const main = document.querySelector('[data-testid=assist-console]');
  const row = (li) => [li.querySelector('span').textContent, li.getAttribute('aria-current') ?? ''];
  return {
    state: main.dataset.state,
    page: Number(main.dataset.pageId),
    tabs: [...main.querySelectorAll('[data-tabs] li')].map(row),
    listed: !main.querySelector('[data-tabs-part]').hidden,
    elsewhere: !main.querySelector('[data-elsewhere]').hidden,
    url: main.querySelector('[data-page-url]').textContent,
  };
}"""


class Watcher(Agent):
    """An agent who follows a visitor over tabs."""

    async def look(self) -> dict[str, Any]:
        return await self.page.evaluate(LOOK)

    async def follows(self, visitor: Visitor) -> None:
        """The stage has the visitor's page, and console and address agree with it."""
        await self.sees(visitor)
        await self.reads(url=visitor.page.url)

    async def reads(self, **expected: Any) -> dict[str, Any]:
        """Until the console says so, at the latest in WAIT_SECONDS."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            seen = await self.look()
            if expected.items() <= seen.items():
                return seen
            assert time.monotonic() < deadline, f"{seen}\ninstead of\n{expected}"
            await asyncio.sleep(0.05)


async def lifecycle(page: Page, change: str) -> None:
    """As the browser says it to a hidden tab; Playwright keeps every page visible, which none can put to sleep."""
    await page.evaluate("(change) => document.dispatchEvent(new Event(change))", change)


async def turn(*, to: Page, away_from: Page) -> None:
    await away_from.evaluate(TURN, False)
    await to.evaluate(TURN, True)


def in_tab(visitor: Visitor, page: Page) -> Visitor:
    """The same person, in another tab."""
    other = Visitor(page, visitor.site, visitor.desk)
    other.session_id = visitor.session_id
    return other


async def open_tab(visitor: Visitor, path: str) -> Visitor:
    """As a link with target=_blank does."""
    link = f"Object.assign(document.createElement('a'), {{ href: '{path}', target: '_blank' }}).click()"
    async with visitor.page.context.expect_page() as opened:
        await visitor.page.evaluate(link)
    other = in_tab(visitor, await opened.value)
    await other.reach("live")
    await other.captured()
    return other
