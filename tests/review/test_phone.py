"""A manager's pages on a phone: all of it is within its width; and a share link that is copied, or refused to be."""

import asyncio

from playwright.async_api import Browser, Page, expect

from helpdesk.accounts.models import Role, User
from helpdesk.audit.models import Action
from helpdesk.tenants.context import tenant_scope
from recordings.video.models import Recording
from tests import factories
from tests.desks import Desk
from tests.review.test_review_page import opened, recording  # noqa: F401
from tests.stack import LiveStack

# What reaches beyond the screen, or has to be scrolled sideways in its own box to be read.
CUT = """() => [...document.querySelectorAll(":root, main, form, table, .desk-scroll, .copy, .panels")]
    .filter(({ scrollWidth, clientWidth, tagName }) => scrollWidth > clientWidth + 1 || clientWidth > innerWidth)
    .map(({ tagName, className, scrollWidth }) => `${tagName}.${className} ${scrollWidth}`)"""


def admin_of(desk: Desk, recording: Recording) -> User:  # noqa: F811
    with tenant_scope(desk.tenant.id):
        link = factories.share_link(recording=recording, note="The shop's own developers")
        details = {"share_link": str(link.pk), "email": f"{'long' * 12}@elsewhere.example", "reason": "x" * 90}
        factories.audit_event(action=Action.SHARE_OPENED, object_id=recording.pk, details=details)
        return factories.member(Role.ADMIN, name="Ada Byron")


async def fits(page: Page, path: str) -> None:
    if path:
        await page.goto(path)
    assert await page.evaluate(CUT) == []


async def test_pages_of_a_manager_fit_a_phone(
    browser: Browser,
    live_stack: LiveStack,
    desk: Desk,
    recording: Recording,  # noqa: F811
) -> None:
    admin = await asyncio.to_thread(admin_of, desk, recording)
    size = {"width": 390, "height": 844}
    async with opened(
        browser, live_stack, recording, person=admin, viewport=size, timezone_id="Asia/Shanghai"
    ) as review:
        page, base = review.page, live_stack.base_url
        await expect(page.locator("[data-log-count]")).not_to_be_empty()
        await fits(page, "")
        for path in ("/desk/recordings/", "/desk/recordings/?min_minutes=9&max_minutes=2", "/desk/audit/"):
            await fits(page, base + path)
            if "min_minutes" in path:
                field = page.locator(".field", has=page.get_by_label("Minutes, at most"))
                await expect(field).to_contain_text("This is less than the one before")
        await expect(page.get_by_text("Times are those of Asia/Shanghai.")).to_be_visible()
        await expect(page.get_by_role("columnheader")).to_have_count(5)
        await expect(page.get_by_role("cell", name="The shop's own developers")).to_be_visible()
        await page.goto(f"{base}/desk/recordings/{recording.pk}/shares/")
        await copies(page)
        await fits(page, "")


async def copies(page: Page) -> None:
    """At first the browser refuses, as it does where nobody has allowed it."""
    await page.get_by_test_id("share-make").click()
    button, said = page.get_by_role("button", name="Copy"), page.locator(".copy").get_by_role("status")
    field = page.get_by_test_id("share-url")
    await expect(field).to_be_focused()
    await button.press("Enter")
    await expect(said).to_contain_text("The browser refuses to copy.")
    await expect(field).to_be_focused()
    assert await page.evaluate("() => String(getSelection())") == await field.input_value()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await button.press("Enter")
    await expect(said).to_have_text("Copied")
    assert await page.evaluate("() => navigator.clipboard.readText()") == await field.input_value()
