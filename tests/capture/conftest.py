from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from helpdesk.embedded import browser as browsers
from tests.capture.chromium import launch
from tests.stack import skip_without_kept_pages


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with this folder's tests: its event loop keeps those of others from the database and from loops."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A headless shell, which is light, and loads a page again at every return."""
    chromium = launch(playwright, browsers.headless_shell_path(), without=[])
    yield chromium
    chromium.close()


@pytest.fixture(scope="package")
def keeping_browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium that keeps left pages in its back/forward cache, as people's browsers do."""
    skip_without_kept_pages()
    chromium = launch(playwright, browsers.chromium_path(), without=["--disable-back-forward-cache"])
    yield chromium
    chromium.close()
