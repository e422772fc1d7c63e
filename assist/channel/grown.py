"""Journals that have grown, told one after the other and off the event loop."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from assist.channel.signals import journal_grew

LONGEST_SECONDS = 2  # the broker's client can wait much longer for one that has gone


class Grown:
    """Many that grow at the same moment, each told in a thread of its own, would hold up everybody's frames.

    What is not told, since Valkey hangs or the process ends, the archive's sweep finds.
    """

    def __init__(self, spawn: Callable[[Coroutine[Any, Any, None]], Any]) -> None:
        self._spawn = spawn
        self._tenants: dict[UUID, UUID] = {}  # by session
        self._is_telling = False

    def add(self, session_id: UUID, *, tenant_id: UUID) -> None:
        """One that waits already is told once."""
        self._tenants[session_id] = tenant_id
        if not self._is_telling:
            self._is_telling = True
            self._spawn(self._tell())

    async def _tell(self) -> None:
        try:
            while self._tenants:
                session_id = next(iter(self._tenants))
                values = {"tenant_id": self._tenants.pop(session_id), "session_id": session_id}
                with contextlib.suppress(TimeoutError):  # the thread goes on, and the next are told by another
                    async with asyncio.timeout(LONGEST_SECONDS):
                        await asyncio.to_thread(journal_grew.send_robust, Grown, **values)
        finally:
            self._is_telling = False
