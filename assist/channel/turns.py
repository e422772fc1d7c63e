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
    def __init__(self, at_once: int) -> None:
        self.running = asyncio.Semaphore(at_once)
        self.count = 0


_sessions: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[object, _Turns]]" = WeakKeyDictionary()


@asynccontextmanager
async def turn(session_id: UUID, *, what: str = "call", at_once: int = limits.SESSION_CALLS) -> AsyncIterator[None]:
    """Of this process; raises `Refused` where as many wait as a session may have sockets."""
    sessions = _sessions.setdefault(asyncio.get_running_loop(), {})
    turns = sessions.setdefault((session_id, what), _Turns(at_once))
    if turns.count >= limits.SESSION_SOCKETS + at_once:
        raise Refused(ErrorCode.NOT_ALLOWED)
    turns.count += 1
    try:
        async with turns.running:
            yield
    finally:
        turns.count -= 1
        if not turns.count:
            sessions.pop((session_id, what), None)
