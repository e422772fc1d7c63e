"""Several tabs of one visitor: each joins by itself, the agent follows the one in front, and the end is for all."""

import pytest

from assist.channel.protocol import FrameKind
from tests.continuity.people import Watcher, in_tab, lifecycle, open_tab, turn
from tests.faults.wire import Wire
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site

WORK = "document.body.append('{}')"
SHOWN = "document.querySelector('alongside-assist').shadowRoot.textContent"


async def test_agent_follows_to_a_new_tab_and_back(visitor: Visitor, agent: Watcher) -> None:
    first = await agent.look()
    other = await open_tab(visitor, "/two")
    await agent.follows(other)
    seen = await agent.reads(listed=True, tabs=[["One", ""], ["Two", "true"]])
    assert seen["page"] >> 16 != first["page"] >> 16
    await turn(to=visitor.page, away_from=other.page)
    await agent.follows(visitor)
    await agent.reads(page=first["page"], tabs=[["One", "true"], ["Two", ""]])
    await other.page.evaluate(WORK.format("in the background"))
    await visitor.page.evaluate(WORK.format("in front"))
    await agent.follows(visitor)
    await turn(to=other.page, away_from=visitor.page)
    await agent.follows(other)


async def test_agent_follows_what_the_visitor_does_in_a_window_beside(visitor: Visitor, agent: Watcher) -> None:
    other = await open_tab(visitor, "/two")
    await agent.follows(other)
    await visitor.page.mouse.move(50, 60)
    await agent.follows(visitor)
    await other.page.mouse.move(50, 60)
    await agent.follows(other)


async def test_page_that_loads_in_the_background_does_not_lead_away(visitor: Visitor, agent: Watcher) -> None:
    hidden = "Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'hidden' })"
    other = await visitor.page.context.new_page()
    await other.add_init_script(hidden)
    await other.goto(f"{visitor.site.origin}/two")
    await in_tab(visitor, other).captured()
    await agent.reads(tabs=[["One", "true"], ["Two", ""]], url=visitor.page.url)
    await agent.follows(visitor)


async def test_visitor_who_looks_elsewhere_is_said_to(visitor: Visitor, agent: Watcher) -> None:
    await agent.reads(elsewhere=False, listed=False)
    await turn(to=await visitor.page.context.new_page(), away_from=visitor.page)
    await agent.reads(elsewhere=True)
    await visitor.page.mouse.move(30, 30)
    await agent.reads(elsewhere=False)


@pytest.mark.parametrize("how", ["window.open('/two')", "window.open('/two', '', 'noopener')"])
async def test_window_that_a_script_opens_joins(visitor: Visitor, agent: Watcher, desk: Desk, how: str) -> None:
    async with visitor.page.context.expect_page() as opened:
        await visitor.page.evaluate(how)
    other = in_tab(visitor, await opened.value)
    await other.captured()
    await agent.follows(other)
    session = await desk.session()
    assert (session.state, session.tab_count) == ("live", 2)
    await visitor.reach("live")


async def test_closing_one_tab_ends_nothing(visitor: Visitor, agent: Watcher, desk: Desk) -> None:
    other = await open_tab(visitor, "/two")
    await agent.follows(other)
    await other.page.close()
    await agent.follows(visitor)
    await agent.reads(listed=False, state="live")
    assert (await desk.session()).state == "live"


async def test_ending_in_one_tab_ends_all(visitor: Visitor, agent: Watcher, desk: Desk) -> None:
    other = await open_tab(visitor, "/two")
    await other.part("indicator").click()
    await other.part("end").click()
    for tab in (visitor, other):
        await tab.reach("ended")
        assert await tab.page.evaluate("typeof window.__alongsideCapture") == "undefined"
        assert await tab.page.evaluate("Object.keys(sessionStorage).length") == 0
    await agent.reads(state="ended")
    await desk.session_is("ended")
    later = await visitor.page.context.new_page()
    await later.goto(f"{visitor.site.origin}/one")
    await later.get_by_test_id("assist-button").wait_for()


async def test_pause_in_one_tab_counts_for_all(visitor: Visitor, agent: Watcher, desk: Desk) -> None:
    other = await open_tab(visitor, "/two")
    await other.part("indicator").click()
    await other.part("pause").click()
    await visitor.until(f"{SHOWN}.includes('Paused')")
    await agent.reads(state="paused")
    third = in_tab(visitor, await visitor.page.context.new_page())
    await third.page.goto(f"{visitor.site.origin}/three")
    await third.until(f"{SHOWN}.includes('Paused')")
    assert await third.page.evaluate("typeof window.__alongsideCapture") == "undefined"
    await visitor.page.evaluate(WORK.format("nobody sees this"))
    await visitor.part("indicator").click()
    await visitor.part("pause").click()
    for tab in (other, third):
        await tab.until(f"!{SHOWN}.includes('Paused')")
        await tab.captured()
    await agent.reads(state="live")
    await desk.session_is("live")
    await visitor.page.mouse.move(40, 40)
    await agent.follows(visitor)


@pytest.mark.parametrize("has_chosen", [False, True])
async def test_tab_that_slept_while_the_visitor_paused_shows_nothing_when_it_wakes(
    visitor: Visitor, agent: Watcher, has_chosen: bool
) -> None:
    """In another tab; also where the last that this one said is that it goes on."""
    other = await open_tab(visitor, "/two")
    if has_chosen:
        for state in ("paused", "live"):
            await choose(visitor)
            await agent.reads(state=state)
    await lifecycle(visitor.page, "freeze")
    await agent.reads(listed=False)
    await choose(other)
    await agent.reads(state="paused")
    wire = Wire(visitor)
    await lifecycle(visitor.page, "resume")
    await visitor.until(f"{SHOWN}.includes('Paused')")
    known = set(wire.sent)
    await visitor.page.evaluate(WORK.format("nobody sees this"))
    await lifecycle(visitor.page, "freeze")  # what is not sent yet goes out before
    await lifecycle(visitor.page, "resume")
    await agent.reads(listed=True)
    await choose(other)
    await agent.reads(state="live")
    await visitor.until(f"!{SHOWN}.includes('Paused')")
    await visitor.page.mouse.move(40, 40)
    await agent.follows(visitor)
    kinds = [wire.sent[seq][0] for seq in sorted(set(wire.sent) - known)]
    assert next(kind for kind in kinds if kind in (FrameKind.SNAPSHOT, FrameKind.OPERATIONS)) == FrameKind.SNAPSHOT


async def choose(tab: Visitor) -> None:
    """To pause, or to go on."""
    if not await tab.part("pause").is_visible():
        await tab.part("indicator").click()
    await tab.part("pause").click()


async def test_tab_that_was_open_before_joins_with_its_next_page(visitor: Visitor, site: Site) -> None:
    early = Visitor(await visitor.page.context.new_page(), site, visitor.desk)
    await early.page.goto(f"{site.origin}/two")
    await early.reach("off")
    await visitor.go_live()
    await early.reach("off")
    await early.page.reload()
    await early.reach("live")
    await early.captured()
