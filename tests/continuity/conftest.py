"""One session over tabs, sites, sleep and breaks: a real visitor and a real agent, each in a browser.

Models are imported late: the settings are not ready when this is read.
"""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.loader.conftest import Desk, Visitor, desk, site, visitor
from tests.stack import LiveStack

__all__ = ["desk", "site", "visitor"]


@pytest.fixture
async def agent(visitor: Visitor, browser: Browser, desk: Desk, live_stack: LiveStack) -> Any:
    """At the console of a session that has just gone live: a `Watcher`."""
    from tests.continuity.people import Watcher

    await visitor.go_live()
    agent = await Watcher.at_console(browser, stack=live_stack, desk=desk, session_id=visitor.session_id)
    await agent.sees(visitor)
    return agent
