"""Fixtures of the channel's tests; models are imported late, since the settings are not ready when this is read."""

from typing import Any

import pytest

from tests.webserver import WebServer


@pytest.fixture
def channel(web: WebServer, transactional_db: None) -> Any:
    """A tenant with a session whose visitor has agreed, and an agent."""
    from tests.channel.scene import make_scene

    return make_scene(web)
