"""One Chromium for all tests of a worker; each test has a connection of its own, and contexts that end with it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

from helpdesk.embedded import browser as browsers
from helpdesk.embedded import ports

# No name but ours resolves: a page that reaches for another host fails at once, as it does without a network.
OWN_HOSTS_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"
START_SECONDS = 60


class SharedChromium:
    """Runs in a thread with an event loop of its own, since each test's loop ends with the test."""

    def __init__(self) -> None:
        self.address = f"http://127.0.0.1:{ports.any_free()}"
        self._loop = asyncio.new_event_loop()
        self._ends = asyncio.Event()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._serve()], daemon=True)
        self._thread.start()
        assert self._is_up.wait(START_SECONDS), "Chromium does not start"

    async def _serve(self) -> None:
        port = self.address.rpartition(":")[2]
        arguments = [*browsers.ARGUMENTS, OWN_HOSTS_ONLY, f"--remote-debugging-port={port}"]
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=browsers.chromium_path(), args=arguments)
            self._is_up.set()
            await self._ends.wait()
            await chromium.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ends.set)
        self._thread.join()
        self._loop.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Browser]:
        """Its contexts are closed with it."""
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(self.address)
            yield browser
            await browser.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[SharedChromium]:
    shared = SharedChromium()
    yield shared
    shared.stop()


@pytest.fixture
async def browser(chromium: SharedChromium) -> AsyncIterator[Browser]:
    """Make a context for each person."""
    async with chromium.connection() as connected:
        yield connected
