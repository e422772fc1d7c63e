"""A tenant, and one recorded session for all tests of this worker; models are imported late."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@pytest.fixture(scope="session")
def recorded() -> Any:
    from tests.video.recorded import record

    with chromium() as browser:
        return record(browser)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser as a person has one."""
    from playwright.sync_api import sync_playwright

    from helpdesk.embedded.browser import ARGUMENTS, headless_shell_path

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=headless_shell_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def tenant(transactional_db: None) -> Any:
    from tests import factories

    return factories.tenant()


@pytest.fixture
def ended(tenant: Any, recorded: Any) -> Callable[..., Any]:
    """Puts a session (the recorded one unless given) into the archive; returns its pending recording."""
    from helpdesk.tenants.context import tenant_scope
    from recordings.video.actions import create_recording
    from tests.video.recorded import archive

    def make(session: Any = None) -> Any:
        with tenant_scope(tenant.id):
            return create_recording(archive(session or recorded).id)

    return make
