"""A page that the browser keeps whole while another is shown, and what the agent sees when the visitor returns."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from helpdesk.embedded import browser as browsers
from tests.channel.peers import VisitorPeer
from tests.chromium import OWN_HOSTS_ONLY, skip_without_kept_pages
from tests.continuity.people import Watcher, open_tab
from tests.loader.conftest import Visitor

KEPT = "addEventListener('pageshow', (event) => { window.wasKept = event.persisted; })"
BACK = "setTimeout(() => history.back(), 0)"
PAUSED = "document.querySelector('alongside-assist').shadowRoot.textContent.includes('Paused')"
# As the browser says it of a page that it keeps.
TURN = "(name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true }))"
STATE = "JSON.parse(sessionStorage.getItem('alongside:state'))"
LEFT = "(next) => sessionStorage.setItem('alongside:frames', next)"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """One that keeps left pages in its back/forward cache where it can, as people's browsers do."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browsers.chromium_path(),
            args=[*browsers.ARGUMENTS, OWN_HOSTS_ONLY],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield chromium
        await chromium.close()


async def go_on(visitor: Visitor, agent: Watcher) -> None:
    """To another page of the site, from one that is kept."""
    skip_without_kept_pages()
    await visitor.page.evaluate(KEPT)
    await visitor.page.goto(f"{visitor.site.origin}/three")
    await visitor.captured()
    await agent.follows(visitor)


async def come_back(visitor: Visitor) -> None:
    await visitor.page.evaluate(BACK)
    await visitor.until("window.wasKept === true")


async def test_agent_follows_back_to_a_kept_page_while_another_tab_is_open(visitor: Visitor, agent: Watcher) -> None:
    first = await agent.look()
    await agent.follows(await open_tab(visitor, "/two"))
    await visitor.page.mouse.move(50, 60)
    await agent.follows(visitor)
    await go_on(visitor, agent)
    await come_back(visitor)
    await agent.follows(visitor)
    await agent.reads(page=first["page"], tabs=[["One", "true"], ["Two", ""]])
    await visitor.page.evaluate("document.body.append('and goes on')")
    await agent.follows(visitor)


async def test_kept_page_goes_on_after_what_another_process_of_the_browser_wrote_late(
    visitor: Visitor, agent: Watcher
) -> None:
    """The document that came between is played by the test: this works in a browser that keeps nothing, too."""
    first = await agent.look()
    await visitor.page.evaluate(TURN, "pagehide")
    state = await visitor.page.evaluate(STATE)
    async with VisitorPeer(state["socketUrl"], origin=visitor.site.origin) as between:
        await between.hello(token=state["channelToken"], tab=state["tab"])
        await between.enter(page=2, url=f"{visitor.site.origin}/three", title="Three")
        left = await between.snapshot("Three", page=2)
        await between.stored(left)
        await agent.reads(url=f"{visitor.site.origin}/three")
    async with visitor.page.expect_event("websocket") as opened:
        await visitor.page.evaluate(TURN, "pageshow")
    await (await opened.value).wait_for_event("framereceived")
    await visitor.page.evaluate(LEFT, str(left + 1))
    await agent.follows(visitor)
    await agent.reads(page=first["page"], url=visitor.page.url)
    await visitor.page.evaluate("document.body.append('and goes on')")
    await agent.follows(visitor)


async def test_choice_on_a_later_page_counts_for_the_kept_one(visitor: Visitor, agent: Watcher) -> None:
    await go_on(visitor, agent)
    seen = await agent.look()
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    await agent.reads(state="paused")
    await come_back(visitor)
    await visitor.until(PAUSED)
    await visitor.page.evaluate("document.body.append('nobody sees this')")
    assert (await agent.look())["page"] == seen["page"]
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    await agent.reads(state="live")
    await agent.follows(visitor)
