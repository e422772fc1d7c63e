from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.capture.chromium import launch


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with this folder's tests: its event loop keeps those of others from the database and from loops."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = launch(playwright, without=[])
    yield chromium
    chromium.close()
