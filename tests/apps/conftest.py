from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from helpdesk.embedded import browser as browsers
from tests.capture.chromium import launch
from tests.capture.conftest import playwright

__all__ = ["playwright"]


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """What applications are made for: not all of them run in a headless shell."""
    chromium = launch(playwright, browsers.chromium_path(), without=[])
    yield chromium
    chromium.close()
