"""Faults are tried on the channel, and on the loader in a real browser: these tests use the fixtures of both."""

from tests.channel.conftest import channel
from tests.loader.conftest import desk, site, visitor

__all__ = ["channel", "desk", "site", "visitor"]
