"""The loader in a real browser against a real server; models are imported late, the settings come first."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError

from tests.loader.site import Site
from tests.stack import LiveStack


class Desk:
    """A tenant with one agent, reached through the same actions as the desk's pages."""

    def __init__(self) -> None:
        from helpdesk.tenants.context import tenant_scope
        from tests import factories

        self.tenant = factories.tenant()
        with tenant_scope(self.tenant.pk):
            self.agent = factories.member(name="Agent One")

    async def within(self, fn: Any, *arguments: Any, **values: Any) -> Any:
        return await asyncio.to_thread(self._call, fn, *arguments, **values)

    def _call(self, fn: Any, *arguments: Any, **values: Any) -> Any:
        from django.db import connections

        from helpdesk.tenants.context import tenant_scope

        try:
            with tenant_scope(self.tenant.pk):
                return fn(*arguments, **values)
        finally:
            connections.close_all()

    async def accept(self, request_id: str) -> Any:
        from django.utils import timezone

        from assist.channel.answer import accept_request

        return await self.within(accept_request, request_id, agent=self.agent, now=timezone.now())

    async def decline(self, request_id: str, reason: str) -> None:
        from django.utils import timezone

        from assist.channel.answer import decline_request

        await self.within(decline_request, request_id, agent=self.agent, reason=reason, now=timezone.now())

    async def session(self) -> Any:
        from assist.channel.models import AssistSession

        return await self.within(AssistSession.objects.get)

    async def session_is(self, state: str) -> None:
        """The row says so, at the latest in 15 s."""
        deadline = time.monotonic() + 15
        while (found := (await self.session()).state) != state:
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.05)

    async def pages(self) -> list[str]:
        """URLs of the pages that the server has a snapshot of, in order."""
        from assist.pages.models import Page

        return await self.within(lambda: [page.url for page in Page.objects.order_by("entered_at", "number")])


class Visitor:
    def __init__(self, page: Any, site: Site, desk: Desk) -> None:
        self.page = page
        self.site = site
        self.desk = desk

    def part(self, name: str) -> Any:
        return self.page.get_by_test_id(f"assist-{name}")

    async def reach(self, state: str) -> None:
        await self.until(f"document.documentElement?.dataset.alongside === '{state}'")

    async def until(self, condition: str, *, seconds: float = 15) -> None:
        """Playwright's own waiting evaluates text inside the page, which a policy forbids."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(PlaywrightError):
                if await self.page.evaluate(condition):
                    return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never true: {condition}")

    async def ask(self, note: str = "I am stuck") -> str:
        await self.part("button").click()
        await self.part("note").fill(note)
        async with self.page.expect_response("**/assist/requests/") as answer:
            await self.part("send").click()
        await self.reach("requested")
        return str((await (await answer.value).json())["request_id"])

    async def go_live(self) -> None:
        await self.page.goto(f"{self.site.origin}/one")
        accepted = await self.desk.accept(await self.ask())
        await self.part("link").click()
        await self.part("consent").click()
        await self.reach("live")
        await self.captured()
        self.session_id = accepted.session.pk

    async def captured(self) -> None:
        await self.until("typeof window.__alongsideCapture === 'function'")


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk()


@pytest.fixture
def site(live_stack: LiveStack, desk: Desk) -> Any:
    site = Site(base_url=live_stack.base_url)
    site.public_key = desk.tenant.public_key
    yield site
    site.stop()


@pytest.fixture
async def visitor(browser: Any, site: Site, desk: Desk) -> AsyncIterator[Visitor]:
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield Visitor(page, site, desk)
    await context.close()
    assert not faults
