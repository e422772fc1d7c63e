"""Bounds are tried on real sockets of a real Daphne."""

from tests.channel.conftest import channel

__all__ = ["channel"]
