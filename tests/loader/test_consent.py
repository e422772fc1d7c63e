"""Between the link and the live session: lost answers, links that die meanwhile, and the same request in other tabs."""

import asyncio
from typing import Any

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
        await route.fetch()
        await route.abort()
        taken.set()

    await visitor.page.route(REDEEM, lose, times=1)
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


async def test_page_that_asked_says_that_help_goes_on_in_another_tab(visitor: Visitor, desk: Desk, site: Site) -> None:
    await visitor.page.goto(f"{site.origin}/one")
    accepted = await desk.accept(await visitor.ask())
    await visitor.part("link").wait_for()
    other = Visitor(await visitor.page.context.new_page(), site, desk)
    await other.page.goto(accepted.url)
    await other.part("consent").click()
    await other.captured()
    await visitor.until(f"{CARD}.includes('goes on in another tab')")
    assert await visitor.page.get_by_role("button", name="Cancel the request").count() == 0
    await visitor.reach("off")
    await other.part("indicator").click()
    await other.part("end").click()
    await visitor.until(f"{CARD}.includes('has ended')")
    await visitor.part("again").wait_for()
