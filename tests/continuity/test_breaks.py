"""A tab that sleeps, a network that changes, and a visitor who stays away: the agent reads what it is, with a clock."""

import asyncio
import contextlib
import time

import pytest
from playwright.async_api import Error

from tests.continuity.people import Watcher, lifecycle, open_tab
from tests.faults.wire import Wire, archived, gaps
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site

OFFLINE = "document.querySelector('alongside-assist').shadowRoot.querySelector('.dot.off') !== null"
ECHO = """<input id="field"><p id="echo">Typed</p><script>field.oninput = () => echo.append("+")</script>"""
CLOCK = "document.querySelector('[data-reconnecting]').textContent"
ENDED = "document.querySelector('alongside-assist').shadowRoot.textContent"


async def test_tab_that_sleeps_goes_on_when_it_wakes(visitor: Visitor, agent: Watcher, desk: Desk) -> None:
    wire = Wire(visitor)
    await visitor.page.evaluate("document.body.append('before the sleep')")
    await lifecycle(visitor.page, "freeze")
    await agent.reads(state="reconnecting")
    assert "ago" in await agent.page.evaluate(CLOCK)
    await lifecycle(visitor.page, "resume")
    await visitor.page.evaluate("document.body.append('after it')")
    await agent.follows(visitor)
    await agent.reads(state="live")
    assert (await desk.session()).tab_count == 1
    await visitor.page.evaluate("Alongside.end()")
    await visitor.reach("ended")
    archive = await archived(desk, visitor.session_id)
    assert (list(archive), gaps(archive), wire.errors()) == (list(range(1, len(archive) + 1)), [], [])


async def test_sleeping_tab_behind_another_is_no_break(visitor: Visitor, agent: Watcher) -> None:
    other = await open_tab(visitor, "/two")
    await agent.follows(other)
    await lifecycle(visitor.page, "freeze")
    await agent.reads(listed=False)
    await other.page.evaluate("document.body.append('still seen')")
    await agent.follows(other)
    await agent.reads(state="live")
    await lifecycle(visitor.page, "resume")
    await agent.reads(listed=True)


async def test_changed_network_is_joined_at_once_and_nothing_is_lost(
    visitor: Visitor, agent: Watcher, desk: Desk
) -> None:
    wire = Wire(visitor)
    await visitor.page.evaluate("document.body.append('on the first network')")
    await visitor.page.evaluate("dispatchEvent(new Event('online')); document.body.append('on the second')")
    deadline = time.monotonic() + 4  # half of what a socket that is only half open takes to be found out
    while not wire.heard("welcome"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await agent.follows(visitor)
    await visitor.page.evaluate("Alongside.end()")
    await visitor.reach("ended")
    archive = await archived(desk, visitor.session_id)
    assert (list(archive), gaps(archive), wire.errors()) == (list(range(1, len(archive) + 1)), [], [])


async def out_of_reach(visitor: Visitor, agent: Watcher, site: Site, *, seconds: float) -> None:
    """Two tabs work without a network; afterwards the agent has the one in front, as it is."""
    other = await open_tab(visitor, "/two")
    await agent.follows(other)
    await visitor.page.context.set_offline(True)
    gone_at = time.monotonic()
    await visitor.page.locator("#field").press_sequentially("in the first")
    await other.page.locator("#field").press_sequentially("then in the second")
    await other.until(OFFLINE)
    await agent.reads(state="reconnecting")
    await asyncio.sleep(max(0, seconds - (time.monotonic() - gone_at)))  # that long is what is tried
    await visitor.page.context.set_offline(False)
    await agent.reads(state="live")
    await agent.follows(other)
    await other.page.locator("#field").press_sequentially("and with a network")
    await agent.follows(other)


async def check_nothing_lost(visitor: Visitor, desk: Desk, *, tabs: int) -> None:
    from assist.channel.protocol import decode_frame

    await visitor.page.evaluate("Alongside.end()")
    await visitor.reach("ended")
    await desk.session_is("ended")
    frames = [decode_frame(data) for data in await desk.within(_frames, visitor.session_id)]
    seqs = {tab: [frame.seq for frame in frames if frame.tab == tab and frame.seq] for tab in range(1, tabs + 1)}
    assert all(found == list(range(1, len(found) + 1)) for found in seqs.values()), seqs


def _frames(session_id: object) -> list[bytes]:
    from assist.channel.models import AssistSession
    from recordings.archive import journal

    return [entry.frame for entry in journal.read(AssistSession.objects.get(id=session_id))]


async def test_both_tabs_come_back_with_the_network(
    visitor: Visitor, site: Site, agent_of_echo: Watcher, desk: Desk
) -> None:
    await out_of_reach(visitor, agent_of_echo, site, seconds=0)
    await check_nothing_lost(visitor, desk, tabs=2)


@pytest.mark.long
async def test_both_tabs_come_back_after_a_minute(
    visitor: Visitor, site: Site, agent_of_echo: Watcher, desk: Desk
) -> None:
    await out_of_reach(visitor, agent_of_echo, site, seconds=60)
    await check_nothing_lost(visitor, desk, tabs=2)


@pytest.fixture
def echo(site: Site) -> None:
    site.body = ECHO


@pytest.fixture
async def agent_of_echo(echo: None, agent: Watcher) -> Watcher:
    return agent


async def test_session_ends_after_its_grace_and_says_why_to_both(
    visitor: Visitor, desk: Desk, agent: Watcher, site: Site
) -> None:
    await desk.within(set_grace, desk.tenant.pk, 6)
    await agent.page.reload()
    await agent.sees(visitor)
    await lifecycle(visitor.page, "freeze")  # says goodbye; a silent line is only noticed after more than this grace
    await agent.reads(state="reconnecting")
    words = await agent.page.evaluate(CLOCK)
    assert "grace period" in words
    await agent.reads(state="ended")
    reason = await agent.page.evaluate("document.querySelector('[data-end-reason]').textContent")
    assert reason == "The visitor did not come back within the grace period."
    assert (await desk.session()).end_reason == "visitor_vanished"
    await lifecycle(visitor.page, "resume")
    await visitor.reach("ended")
    assert "away for too long" in await visitor.page.evaluate(ENDED)
    with contextlib.suppress(Error):
        await visitor.page.goto(f"{site.origin}/two")
    await visitor.part("button").wait_for()


def set_grace(tenant_id: object, seconds: int) -> None:
    from helpdesk.tenants.models import Tenant

    Tenant.objects.filter(pk=tenant_id).update(grace_seconds=seconds)
