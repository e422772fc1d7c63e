"""What may change faster than it can be told: of that the newest is told, and no more waits than one."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """`tell` is awaited for one value after the other; of those given meanwhile the last one follows."""

    def __init__(
        self, tell: Callable[[T], Awaitable[None]], *, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._tell, self._spawn = tell, spawn
        self._waiting: list[T] = []
        self._is_telling = False

    def give(self, value: T) -> None:
        self._waiting = [value]
        if not self._is_telling:
            self._is_telling = True
            self._spawn(self._tell_all())

    async def _tell_all(self) -> None:
        try:
            while self._waiting:
                await self._tell(self._waiting.pop())
        finally:
            self._is_telling = False
