"""What wakes the one task that waits for it."""

import asyncio


class Wake:
    """An `asyncio.Event` for frames. That one looks for the running loop at each wait, a call of the system in 3.11."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_set = False
        self._waiting: asyncio.Future[None] | None = None

    def set(self) -> None:
        self._is_set = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self) -> None:
        """Until it is set; then it is no longer. For one task at a time."""
        if not self._is_set:
            self._waiting = self._loop.create_future()
            await self._waiting
        self._is_set = False
