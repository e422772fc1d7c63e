"""No session keeps the others from the database: of one session only a few calls at once, and few that wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakKeyDictionary

from assist.channel import limits
from assist.channel.protocol import ErrorCode
from assist.channel.socket import Refused


class _Turns:
    def __init__(self) -> None:
        self.running = asyncio.Semaphore(limits.SESSION_CALLS)
        self.count = 0


_sessions: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, _Turns]]" = WeakKeyDictionary()


@asynccontextmanager
async def turn(session_id: UUID) -> AsyncIterator[None]:
    """Of this process; raises `Refused` where as many wait as a session may have sockets."""
    sessions = _sessions.setdefault(asyncio.get_running_loop(), {})
    turns = sessions.setdefault(session_id, _Turns())
    if turns.count >= limits.SESSION_SOCKETS + limits.SESSION_CALLS:
        raise Refused(ErrorCode.NOT_ALLOWED)
    turns.count += 1
    try:
        async with turns.running:
            yield
    finally:
        turns.count -= 1
        if not turns.count:
            sessions.pop(session_id, None)
