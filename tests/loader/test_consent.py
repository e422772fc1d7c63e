"""Between the link and the live session: lost answers, links that die meanwhile, and the same request in other tabs."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Route

from tests.continuity.people import Watcher
from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site
from tests.stack import LiveStack

REDEEM = "**/assist/links/redeem/"
CARD = "document.querySelector('alongside-assist').shadowRoot.textContent"


async def reach_consent(visitor: Visitor, desk: Desk, site: Site) -> Any:
    """What the agent's acceptance has made."""
    await visitor.page.goto(f"{site.origin}/one")
    accepted = await desk.accept(await visitor.ask())
    await visitor.part("link").click()
    await visitor.part("consent").wait_for()
    return accepted


async def agree_unheard(visitor: Visitor) -> None:
    """The server takes the consent, and its answer is lost."""
    taken = asyncio.Event()

    async def lose(route: Route) -> None:
        if taken.is_set():
            await route.continue_()
            return
        await route.fetch()
        await route.abort()
        taken.set()

    await visitor.page.route(REDEEM, lose)  # for good: what is asked for just as routing ends may get no answer at all
    await visitor.part("consent").click()
    await asyncio.wait_for(taken.wait(), 15)


async def test_lost_answer_to_consent_is_had_by_agreeing_again(visitor: Visitor, desk: Desk, site: Site) -> None:
    await reach_consent(visitor, desk, site)
    await agree_unheard(visitor)
    await visitor.page.locator("alongside-assist [role=alert]:not([hidden])").wait_for()
    await visitor.part("consent").click()
    await visitor.reach("live")
    await visitor.captured()
    await desk.session_is("live")


async def test_page_loaded_again_in_mid_consent_asks_for_it_again(visitor: Visitor, desk: Desk, site: Site) -> None:
    await reach_consent(visitor, desk, site)
    await agree_unheard(visitor)
    await visitor.page.reload()
    await visitor.part("consent").wait_for()
    await visitor.reach("linked")
    assert "recorded" in await visitor.page.locator("alongside-assist [role=dialog]").inner_text()
    await visitor.part("consent").click()
    await visitor.captured()
    assert (await desk.session()).tab_count == 1


async def test_console_says_that_the_visitor_has_agreed_while_the_page_is_awaited(
    visitor: Visitor, desk: Desk, site: Site, browser: Browser, live_stack: LiveStack
) -> None:
    accepted = await reach_consent(visitor, desk, site)
    agent = await Watcher.at_console(browser, stack=live_stack, desk=desk, session_id=accepted.session.pk)
    waiting = agent.page.locator(".cover[data-for=waiting]")
    await waiting.get_by_text("can be clicked").wait_for()
    await agree_unheard(visitor)
    await waiting.get_by_text("has agreed").wait_for()
    for _ in range(2):
        assert "can be clicked" not in await waiting.inner_text()
        assert await agent.page.locator("[data-invite]").count() == 0
        await agent.page.reload()
        await waiting.get_by_text("has agreed").wait_for()
    await agent.page.context.close()


async def test_consent_goes_away_with_its_link(visitor: Visitor, desk: Desk, site: Site) -> None:
    from django.utils import timezone

    from assist.channel.answer import revoke_link

    accepted = await reach_consent(visitor, desk, site)
    await desk.within(revoke_link, accepted.request.pk, now=timezone.now())
    await visitor.part("problem").wait_for()
    assert "withdrawn" in await visitor.part("problem").inner_text()
    assert await visitor.part("consent").count() == 0
    await visitor.part("again").click()
    await visitor.part("note").wait_for()


async def live_in_another_tab(visitor: Visitor, desk: Desk, site: Site) -> Visitor:
    """The tab in which the link was opened; that of `visitor` has asked, and shows the link."""
    await visitor.page.goto(f"{site.origin}/one")
    accepted = await desk.accept(await visitor.ask())
    await visitor.part("link").wait_for()
    other = Visitor(await visitor.page.context.new_page(), site, desk)
    await other.page.goto(accepted.url)
    await other.part("consent").click()
    await other.captured()
    return other


async def test_page_that_asked_says_that_help_goes_on_in_another_tab(visitor: Visitor, desk: Desk, site: Site) -> None:
    other = await live_in_another_tab(visitor, desk, site)
    await visitor.until(f"{CARD}.includes('goes on in another tab')")
    assert await visitor.page.get_by_role("button", name="Cancel the request").count() == 0
    await visitor.reach("off")
    await other.part("indicator").click()
    await other.part("end").click()
    await visitor.until(f"{CARD}.includes('has ended')")
    await visitor.part("again").wait_for()


async def test_page_that_asked_joins_when_it_is_loaded_again(visitor: Visitor, desk: Desk, site: Site) -> None:
    other = await live_in_another_tab(visitor, desk, site)
    await visitor.page.reload()
    await visitor.reach("live")
    await visitor.captured()
    await other.reach("live")
    session = await desk.session()
    assert (session.state, session.tab_count) == ("live", 2)


async def test_consent_that_was_open_is_not_asked_again_of_who_agreed_elsewhere(
    visitor: Visitor, desk: Desk, site: Site
) -> None:
    accepted = await reach_consent(visitor, desk, site)
    other = Visitor(await visitor.page.context.new_page(), site, desk)
    await other.page.goto(accepted.url)
    await other.part("consent").click()
    await other.captured()
    await visitor.until(f"{CARD}.includes('goes on in another tab')")
    assert await visitor.part("consent").count() == 0
    await visitor.page.reload()
    await visitor.captured()


async def test_page_with_a_request_of_its_own_keeps_it(visitor: Visitor, desk: Desk, site: Site) -> None:
    waits = Visitor(await visitor.page.context.new_page(), site, desk)
    await waits.page.goto(f"{site.origin}/two")
    await waits.ask("Something else")
    await visitor.go_live()
    await waits.page.reload()
    await waits.page.get_by_role("button", name="Cancel the request").wait_for()
    await waits.reach("requested")


async def test_page_open_before_the_consent_is_not_seen_when_another_is_loaded(
    visitor: Visitor, desk: Desk, site: Site
) -> None:
    early = Visitor(await visitor.page.context.new_page(), site, desk)
    await early.page.goto(f"{site.origin}/two")
    await early.part("button").wait_for()
    await visitor.go_live()
    later = Visitor(await visitor.page.context.new_page(), site, desk)
    await later.page.goto(f"{site.origin}/three")
    await later.captured()
    # It heard what the later page heard.
    await early.reach("off")
    assert (await desk.session()).tab_count == 2
    assert await early.page.evaluate("typeof window.__alongsideCapture") == "undefined"


async def test_demo_refuses_another_reason_than_the_link_died_of(browser: Browser, site: Site) -> None:
    from helpdesk.demo.cast import StoryError
    from helpdesk.demo.links import DeadLink

    url, link = f"{site.origin}/one#alongside=nothing-that-was-ever-made", DeadLink(None, browser, {})  # type: ignore[arg-type]
    assert "not known" in await link.words_after_click(url, code="unknown")
    with pytest.raises(StoryError):
        await link.words_after_click(url, code="expired")
