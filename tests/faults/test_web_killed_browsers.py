"""The web process is killed while a visitor works and an agent watches, each in a real browser: both go on."""

from typing import Any

from playwright.async_api import Browser

from tests.faults.agents import Agent
from tests.faults.wire import Wire, archived
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site
from tests.stack import LiveStack

WORKING = """<form><input id="field"><ul id="list"></ul></form>"""
CLICK = """own.onclick ??= () => list.append(
    Object.assign(document.createElement('li'), { textContent: `Click ${list.children.length + 1}` }))"""
DOT_IS = "document.querySelector('alongside-assist').shadowRoot.querySelector('.dot.off') {} null"


async def work(visitor: Visitor, text: str) -> None:
    """Click and type, as somebody who did not notice anything."""
    await visitor.page.evaluate(CLICK)
    for letter in text:
        await visitor.page.click("#own")
        await visitor.page.locator("#field").press_sequentially(letter)


async def go_to_next_page(visitor: Visitor) -> None:
    await visitor.page.click("#next")
    await visitor.page.wait_for_url("**/two")
    await visitor.reach("live")


async def test_both_sides_go_on_by_themselves_and_nothing_is_lost(
    visitor: Visitor, browser: Browser, desk: Desk, site: Site, live_stack: LiveStack
) -> None:
    site.body = WORKING
    wire = Wire(visitor)
    await visitor.go_live()
    agent = await Agent.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    await work(visitor, "before")
    await agent.sees(visitor)
    live_stack.kill_web()
    await work(visitor, "during")
    await visitor.until(DOT_IS.format("!=="))
    await go_to_next_page(visitor)
    await work(visitor, "on the next page")
    await agent.reach("reconnecting")
    # In this thread: the process dies with the thread that started it.
    live_stack.start_web()
    await visitor.until(DOT_IS.format("==="))
    await visitor.captured()
    await work(visitor, "after")
    await agent.sees(visitor)
    assert await agent.state() == "live"
    await end(visitor, agent)
    await check_archive(wire, desk, visitor.session_id)


async def end(visitor: Visitor, agent: Agent) -> None:
    await visitor.part("indicator").click()
    await visitor.part("end").click()
    await visitor.reach("ended")
    await agent.reach("ended")


async def check_archive(wire: Wire, desk: Desk, session_id: Any) -> None:
    assert (wire.errors(), wire.heard("welcome")) == ([], 2)
    archive = await archived(desk, session_id)
    assert list(archive) == list(range(1, len(archive) + 1))
    assert len(archive) >= wire.acknowledged > 20
    assert all(archive[seq] == wire.sent[seq] for seq in archive)
    assert [page.rsplit("/", 1)[1] for page in await desk.pages()] == ["one", "two"]
