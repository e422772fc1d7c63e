"""A visitor and an agent in real browsers on a cluster, and a page that changes at random."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from playwright.async_api import Error, Page, async_playwright

from helpdesk.embedded import browser as browsers
from tests.chromium import OWN_HOSTS_ONLY
from tests.faults import inside
from tests.faults.agents import Agent
from tests.faults.cluster import Cluster
from tests.loader.conftest import Visitor
from tests.loader.site import Site

# Elements come, change, move and go; `seed` decides. A page load ends it.
ACT = """(seed) => {
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const pick = (list) => list[Math.floor(random() * list.length)];
  const area = document.body.appendChild(document.createElement('section'));
  const acts = [
    () => area.append(Object.assign(document.createElement('p'), { textContent: `text ${random()}` })),
    () => pick(area.children)?.remove(),
    () => area.children.length && (pick(area.children).textContent = `changed ${random()}`),
    () => area.children.length && area.insertBefore(pick(area.children), pick(area.children)),
    () => pick(area.children)?.setAttribute('title', `title ${random()}`),
    () => pick(area.children)?.append(Object.assign(document.createElement('b'), { textContent: 'bold' })),
    () => scrollTo(0, random() * 500),
  ];
  window.acting = setInterval(() => (random() < 0.4 ? acts[0] : pick(acts))(), 25);
}"""
REST = "clearInterval(window.acting)"
JUMP = """(ms) => {
  const now = Date.now.bind(Date);
  Date.now = () => now() + ms;
}"""
# What each side shows of the connection, from now on, as often as it changes.
WATCH_DOT = """() => {
  const root = document.querySelector('alongside-assist').shadowRoot;
  window.offline = 0;
  new MutationObserver(() => { if (root.querySelector('.dot.off')) window.offline++; })
    .observe(root, { subtree: true, childList: true, attributes: true });
}"""
WATCH_STATE = """() => {
  const console = document.querySelector('[data-testid=assist-console]');
  window.states = [];
  new MutationObserver(() => window.states.push(console.dataset.state))
    .observe(console, { attributes: true, attributeFilter: ['data-state'] });
}"""


class ClusterDesk:
    """What a visitor's test needs of the desk, done inside of the cluster."""

    def __init__(self, cluster: Cluster, *, tenant: Any, public_key: str, cookie: str) -> None:
        self.cluster, self.tenant, self.public_key, self.cookie = cluster, tenant, public_key, cookie

    async def accept(self, request_id: str) -> Any:
        session_id = await asyncio.to_thread(self.cluster.inside, inside.accept, self.tenant, request_id)
        return SimpleNamespace(session=SimpleNamespace(pk=session_id))

    async def asks(self, fn: Any, *arguments: Any) -> Any:
        return await asyncio.to_thread(self.cluster.inside, fn, self.tenant, *arguments)


class People:
    """`visitor` acts on a page, `agent` has the console open."""

    def __init__(self, cluster: Cluster, desk: ClusterDesk, visitor: Visitor, agent: Agent) -> None:
        self.cluster, self.desk, self.visitor, self.agent = cluster, desk, visitor, agent
        self.recovered: dict[str, float] = {}
        self._marks = 0

    async def act(self, seed: int) -> None:
        await self.visitor.page.evaluate(ACT, seed)

    async def agree(self) -> None:
        """The rebuilt page is the visitor's once the visitor rests."""
        await self.visitor.page.evaluate(REST)
        await self.agent.sees(self.visitor)

    async def recover(self, fault: str) -> None:
        """The fault is over now: until the agent sees what the visitor does."""
        began, self._marks = time.monotonic(), self._marks + 1
        mark = f"mark {self._marks}"
        await self.visitor.page.evaluate("(text) => document.body.append(text)", mark)
        while mark not in await self._rebuilt() or await self.agent.state() != "live":
            assert time.monotonic() - began < 30, fault
            await asyncio.sleep(0.05)
        self.recovered[fault] = round(time.monotonic() - began, 2)

    async def _rebuilt(self) -> str:
        try:
            return " ".join(await self.agent.rebuilt())
        except Error:
            return ""  # between two documents

    async def end(self) -> list[tuple[int, bytes]]:
        """The whole archive."""
        await self.visitor.part("indicator").click()
        await self.visitor.part("end").click()
        await self.visitor.reach("ended")
        await self.agent.reach("ended")
        deadline = time.monotonic() + 60
        while not (await self.desk.asks(inside.facts, self.visitor.session_id))["is_closed"]:
            assert time.monotonic() < deadline, "the archive is not closed"
            await asyncio.sleep(0.2)
        return list(await self.desk.asks(inside.archived, self.visitor.session_id))


@asynccontextmanager
async def people(cluster: Cluster) -> AsyncIterator[People]:
    made = await asyncio.to_thread(cluster.inside, inside.make_tenant, None)
    desk = ClusterDesk(cluster, **made)
    site = Site(base_url=cluster.base_url)
    site.public_key = desk.public_key
    async with async_playwright() as playwright:
        arguments = [*browsers.ARGUMENTS, OWN_HOSTS_ONLY]
        chromium = await playwright.chromium.launch(executable_path=browsers.chromium_path(), args=arguments)
        visitors = await chromium.new_context(locale="en-GB")
        visitor = Visitor(await visitors.new_page(), site, desk)  # type: ignore[arg-type]
        await visitor.go_live()
        agent = Agent(await _console(chromium, desk, visitor.session_id))
        await agent.sees(visitor)
        found = People(cluster, desk, visitor, agent)
        try:
            yield found
        finally:
            print(f"in browsers recovered after (s): {found.recovered}")
            await chromium.close()
            site.stop()


async def _console(chromium: Any, desk: ClusterDesk, session_id: Any) -> Page:
    from django.conf import settings

    context = await chromium.new_context(viewport={"width": 1600, "height": 1000}, locale="en-GB")
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": desk.cookie, "url": desk.cluster.base_url}
    await context.add_cookies([cookie])
    page: Page = await context.new_page()
    await page.goto(f"{desk.cluster.base_url}/desk/assist/{session_id}/")
    return page
