"""How often one may say hello: each costs the database and Valkey more than any message that follows it.

Who has the token of a session is bounded for that session. Who guesses is bounded by address, and by what is guessed
wrongly only: many visitors may be behind one address, and all come again at once when a process ends. Whose token was
right before is looked up all the same while somebody else at that address guesses: each page that is loaded says hello.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar
from uuid import UUID

from django.conf import settings

from assist.channel import limits
from assist.requests.buckets import Bucket
from assist.requests.limits import line_of

V = TypeVar("V")
Guess = tuple[UUID, str]  # a session, and the hash of what is said to be its token


class Recent(Generic[V]):
    """A value for each key, of the HELLO_KEYS that were used last."""

    def __init__(self, make: Callable[[], V]) -> None:
        self._make = make
        self._values: OrderedDict[Hashable, V] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def of(self, key: Hashable) -> V:
        value = self._values[key] = self._values.pop(key, None) or self._make()
        if len(self._values) > limits.HELLO_KEYS:
            self._values.popitem(last=False)
        return value


class Address:
    """`wrong` has room for each token that is not one; a few are looked up at once."""

    def __init__(self) -> None:
        self.wrong = Bucket(limits.WRONG_TOKENS_PER_SECOND, limits.WRONG_TOKENS_BURST_SECONDS)
        self.turn = asyncio.Semaphore(limits.ADDRESS_LOOKUPS)


class Hellos:
    """Of one process."""

    def __init__(self) -> None:
        self._addresses = Recent(Address)
        self._sessions = Recent(lambda: Bucket(limits.HELLOS_PER_SECOND, limits.HELLOS_BURST_SECONDS))
        self._right = Recent(lambda: True)

    def take(self, address: str, session_id: UUID) -> bool:
        """Whether one more may come for this session; a stranger at another address takes nothing from it."""
        return self._sessions.of((line_of(address), session_id)).take(1)

    @asynccontextmanager
    async def looked_up(self, address: str, *, guess: Guess) -> AsyncIterator[Bucket | None]:
        """Around the look-up of a token: where a wrong one is to be taken from, or None when there were too many.

        Raises `TimeoutError` when those before it take too long, as they do while the database hangs.
        """
        known = self._addresses.of(line_of(address))
        async with asyncio.timeout(settings.DATABASE_CALL_SECONDS):
            await known.turn.acquire()
        try:
            is_shut = known.wrong.seconds_until(1) and guess not in self._right
            yield None if is_shut else known.wrong
        finally:
            known.turn.release()

    def was_right(self, guess: Guess) -> None:
        self._right.of(guess)
