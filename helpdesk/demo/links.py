"""Links that are dead before they are clicked (M3): what the visitor's page says about each."""

import asyncio
from typing import Any

import httpx
from playwright.async_api import Browser

from helpdesk.demo.cast import StoryError
from helpdesk.demo.steps import Stage, ok

SHORT_TTL_S = 1
# How a link was killed, and the code that the page must get for it.
REASONS = {"expired": "expired", "revoked": "revoked", "of another tenant": "other_tenant"}


async def dead_links(stage: Stage, browser: Browser) -> str:
    """Kill a link by time and one by hand, and bring one to another tenant's site; the words of each page."""
    ours, theirs = stage.seed["tenants"][:2]
    tenants = {"of another tenant": theirs}
    return "; ".join([await DeadLink(stage, browser, tenants.get(how, ours)).words(how) for how in REASONS])


class DeadLink:
    """Another visitor's link."""

    def __init__(self, stage: Stage, browser: Browser, tenant: dict[str, Any]) -> None:
        self.stage, self.browser, self.tenant = stage, browser, tenant

    async def words(self, how: str) -> str:
        """Make a link, kill it in the named way, click it: what the page says."""
        async with self.stage.api(self.tenant) as api:
            ttl = ok(await api.get("/tenant/")).json()["link_ttl_seconds"]
            if how == "expired":
                ok(await api.patch("/tenant/", json={"link_ttl_seconds": SHORT_TTL_S}))
            try:
                url, request_id = await self.other_link(api)
                if how == "revoked":
                    ok(await api.post(f"/assist/requests/{request_id}/revoke/"))
                elif how == "expired":
                    await asyncio.sleep(SHORT_TTL_S + 0.1)  # the link's whole life is what is shown
                return f"{how}: {await self.words_after_click(url, code=REASONS[how])!r}"
            finally:
                ok(await api.patch("/tenant/", json={"link_ttl_seconds": ttl}))

    async def other_link(self, api: httpx.AsyncClient) -> tuple[str, str]:
        public_key = self.tenant["public_key"]
        page_url = f"{self.stage.site_url}/blank.html"
        async with httpx.AsyncClient(headers={"Origin": self.stage.site_url}) as plain:
            body = {"public_key": public_key, "page_url": page_url, "page_title": "Blank", "note": "a link to die"}
            asked = ok(await plain.post(f"{self.stage.base_url}/assist/requests/", json=body)).json()
        accepted = ok(await api.post(f"/assist/requests/{asked['request_id']}/accept/")).json()
        return accepted["url"], asked["request_id"]

    async def words_after_click(self, url: str, *, code: str) -> str:
        """Raise `StoryError` unless the server refuses the link for this reason, and the page says what it said."""
        context = await self.browser.new_context(locale="en-GB")
        page = await context.new_page()
        async with page.expect_response("**/assist/links/land/") as answer:
            await page.goto(url)
        refusal = await (await answer.value).json()
        problem = page.get_by_test_id("assist-problem")
        await problem.wait_for()
        words = (await problem.inner_text()).strip().splitlines()[0]
        if (refusal.get("code"), refusal.get("detail")) != (code, words):
            raise StoryError(f"The page says {words!r} about a link that is {code}, the server {refusal}.")
        await page.get_by_test_id("assist-again").wait_for()
        await context.close()
        return words
