"""Who watches a session, as one end of its channel is told of it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from redis.exceptions import RedisError

from assist.channel import limits
from assist.channel.live import SessionKeys
from assist.channel.presence import Watching, watching

STALE_SECONDS = 0.5


class Audience:
    """`agent` is whose session it is; `is_public` for the visitor, who reads no e-mail addresses."""

    def __init__(
        self,
        keys: SessionKeys,
        *,
        agent: str,
        is_public: bool,
        say: Callable[..., Awaitable[None]],
        spawn: Callable[[Coroutine[Any, Any, Any]], object],
    ) -> None:
        self.agent = agent
        self._keys, self._is_public, self._say, self._spawn = keys, is_public, say, spawn
        self._told: dict[str, Any] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False
        self.looking = asyncio.Lock()

    async def look(self) -> dict[str, Any]:
        """As `Watching` of the protocol; whoever says at once what this returns says the newest."""
        async with self.looking:
            return self.take(await watching(self._keys))

    def take(self, now: Watching) -> dict[str, Any]:
        """The same of what was read while `looking` was held.

        Looks again when the first lease may have run out: who lost the network, or whose node died, leaves without a
        word.
        """
        if now.stale_seconds is not None:
            self._look_again(now.stale_seconds + STALE_SECONDS)
        self._told = now.message(agent=self.agent, is_public=self._is_public)
        return self._told

    async def tell(self) -> None:
        """`watchers`, if that has changed."""
        async with self.looking:
            told = self._told
            try:
                if self.take(await watching(self._keys)) != told:
                    await self._say("watchers", **self._told)
            except (RedisError, OSError):
                self._look_again(limits.BEAT_SECONDS)

    def close(self) -> None:
        """Nothing more is told."""
        self._is_over = True
        if self._timer:
            self._timer.cancel()

    def _look_again(self, wait: float) -> None:
        if self._timer:
            self._timer.cancel()
        if not self._is_over:
            self._timer = asyncio.get_running_loop().call_later(wait, lambda: self._spawn(self.tell()))
