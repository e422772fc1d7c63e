"""What a reviewer does beside the recording: finds a moment, and loses neither place nor words when a form is sent."""

import asyncio

from playwright.async_api import Browser, Page, expect

from helpdesk.accounts.models import Role, User
from helpdesk.tenants.context import tenant_scope
from recordings.video.models import Recording
from tests import factories
from tests.desks import Desk
from tests.review.test_review_page import opened, recording  # noqa: F401
from tests.stack import LiveStack


def manager_of(desk: Desk, recording: Recording) -> User:  # noqa: F811
    with tenant_scope(desk.tenant.id):
        factories.scorecard(name="First line")
        factories.session_text(recording=recording, moments=[[12_000, "Buy now"], [30_000, "Basket to buy"]])
        return factories.member(Role.MANAGER, name="Mara")


async def test_reviewer_goes_on_where_a_form_was_sent(
    browser: Browser,
    live_stack: LiveStack,
    desk: Desk,
    recording: Recording,  # noqa: F811
) -> None:
    manager = await asyncio.to_thread(manager_of, desk, recording)
    async with opened(browser, live_stack, recording, person=manager, at="?t=12000&q=buy") as review:
        page = review.page
        await finds(page)
        await review.is_at(30_000)
        points, comment = page.get_by_label("Greeting"), page.get_by_label("Comment")
        await points.fill("4")
        await comment.fill("Kind")
        await page.get_by_role("textbox", name="Note at").fill("Here it goes wrong")
        await page.wait_for_url("**t=30000**")
        await page.get_by_test_id("note-add").press("Enter")
        await expect(page.get_by_text("Noted at 0:30.")).to_be_focused()
        await expect(page.get_by_role("textbox", name="Note at")).to_have_value("")
        await expect(points).to_have_value("4")
        await expect(comment).to_have_value("Kind")
        await page.get_by_role("textbox", name="Note at").fill("Half a note")
        await page.get_by_test_id("score-give").press("Enter")
        await expect(page.get_by_text("Scored: 80.00 %.")).to_be_focused()
        await review.is_at(30_000)
        await expect(page.get_by_role("textbox", name="Note at")).to_have_value("Half a note")
        await expect(page.locator("[data-note-clock]")).to_have_text("0:30")
        await is_refused(page)
        await is_signed_out(page)


async def finds(page: Page) -> None:
    found, said = page.get_by_role("list", name="Moments found"), page.locator("[data-find-said]")
    await expect(found.get_by_role("button")).to_have_text(["0:12Buy now", "0:30Basket to buy"])
    field = page.get_by_label("Shown or typed in this session")
    await expect(field).to_have_value("buy")
    await field.fill("zebra")
    await field.press("Enter")
    await expect(said).to_contain_text("Nothing that was shown or typed has all these words.")
    await expect(found).to_be_hidden()
    await field.fill("bask")
    await field.press("Enter")
    await expect(said).to_have_text("Moments found: 1")
    await found.get_by_role("button", name="Basket to buy").press("Enter")


async def is_refused(page: Page) -> None:
    """With what was written, to be changed and sent again."""
    await page.get_by_role("textbox", name="Note at").fill("Too late")
    await page.locator("[data-note-at]").evaluate("at => at.value = 999999")
    await page.get_by_test_id("note-add").press("Enter")
    await expect(page.get_by_text("Nothing is noted: the recording ends before that.")).to_be_focused()
    await expect(page.get_by_role("textbox", name="Note at")).to_have_value("Too late")


async def is_signed_out(page: Page) -> None:
    """What was written is there when they are back."""
    address, cookies = page.url, await page.context.cookies()
    await page.context.clear_cookies()
    await page.get_by_test_id("note-add").press("Enter")
    await page.wait_for_url("**/accounts/login/**")
    assert "zone" in {cookie["name"] for cookie in await page.context.cookies()}  # for the first page of the desk
    await page.context.add_cookies(cookies)
    await page.goto(address)
    await expect(page.get_by_role("textbox", name="Note at")).to_have_value("Too late")
