"""The pages' tests use the channel's fixtures."""

from tests.channel.conftest import channel

__all__ = ["channel"]
