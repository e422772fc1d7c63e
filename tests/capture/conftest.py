from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from helpdesk.embedded import browser as browsers

# No name but ours resolves: a page that reaches for another host fails at once, as it does without a network.
OWN_HOSTS_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with this folder's tests: its event loop keeps those of others from the database and from loops."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium that keeps left pages in its back/forward cache, as people's browsers do."""
    chromium = _launch(playwright, without=["--disable-back-forward-cache"])
    yield chromium
    chromium.close()


@pytest.fixture(scope="package")
def reloading_browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium without back/forward cache: every return loads the page again."""
    chromium = _launch(playwright, without=[])
    yield chromium
    chromium.close()


def _launch(playwright: Playwright, *, without: list[str]) -> Browser:
    return playwright.chromium.launch(
        executable_path=browsers.chromium_path(),
        args=[*browsers.ARGUMENTS, OWN_HOSTS_ONLY],
        ignore_default_args=without,
    )
