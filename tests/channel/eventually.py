"""Waiting for what another process writes."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async

WAIT_SECONDS = 20


async def eventually(read: Callable[[], Any]) -> Any:
    """The first true value of `read`, which asks the database; fails after WAIT_SECONDS."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if value := await sync_to_async(read)():
            return value
        await asyncio.sleep(0.05)
    raise AssertionError("it has not come")
