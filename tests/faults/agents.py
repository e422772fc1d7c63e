"""An agent with the console open, in a browser of their own."""

import asyncio
import time
from typing import Any, Self

from playwright.async_api import Browser, Error, Frame, Page

from helpdesk.demo.page_scripts import STRUCTURE
from tests import factories
from tests.loader.conftest import Desk, Visitor
from tests.stack import LiveStack

SHOWN = f"""() => {{
  const shown = [...document.querySelectorAll('[data-testid=assist-page]')].find((f) => f.getClientRects().length);
  const body = shown?.contentDocument?.body;
  return body ? ({STRUCTURE})(body) : [];
}}"""
WAIT_SECONDS = 20


class Agent:
    """`page` is the console of the session; nothing here loads it again."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def at_console(cls, browser: Browser, *, stack: LiveStack, desk: Desk, session_id: Any) -> Self:
        from django.conf import settings

        context = await browser.new_context(viewport={"width": 1600, "height": 1000}, locale="en-GB")
        cookie = await desk.within(factories.session_cookie, desk.agent)
        name = settings.SESSION_COOKIE_NAME
        await context.add_cookies([{"name": name, "value": cookie, "url": stack.base_url}])
        agent = cls(await context.new_page())
        await agent.page.goto(f"{stack.base_url}/desk/assist/{session_id}/")
        return agent

    async def state(self) -> str | None:
        return await self.page.get_by_test_id("assist-console").get_attribute("data-state")

    async def reach(self, state: str) -> None:
        await self._until(self.state, state)

    def _stage(self) -> Frame | None:
        return next((frame for frame in self.page.frames if "/stage/" in frame.url), None)

    async def rebuilt(self) -> list[str]:
        """Elements and texts of the page that is shown, in document order."""
        stage = self._stage()
        return await stage.evaluate(SHOWN) if stage else []

    async def sees(self, visitor: Visitor) -> None:
        """The stage is equal to the visitor's DOM, at the latest in WAIT_SECONDS."""
        expected = await visitor.page.evaluate(f"({STRUCTURE})(document.body)")
        assert len(expected) > 5
        await self._until(self.rebuilt, expected)

    async def _until(self, read: Any, expected: Any) -> None:
        deadline, seen = time.monotonic() + WAIT_SECONDS, None
        while time.monotonic() < deadline:
            try:
                seen = await read()
            except Error:
                seen = None  # between two documents
            if seen == expected:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{seen}\ninstead of\n{expected}")
