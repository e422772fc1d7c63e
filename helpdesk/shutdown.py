"""SIGTERM: connections are handed over before the server sees the signal. The same under Daphne and uvicorn."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

logger = logging.getLogger(__name__)
HandOver = Callable[[], Awaitable[None]]


class GracefulShutdown:
    """An ASGI application around another. The server installs its own handler when it starts; ours goes before it,

    from the first request on, in the process that serves. A second SIGTERM is the server's alone.
    """

    def __init__(self, application: Any, *, hand_over: HandOver) -> None:
        self._application, self._hand_over = application, hand_over
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: Any = signal.SIG_DFL
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._loop is None and threading.current_thread() is threading.main_thread():
            self._loop = asyncio.get_running_loop()
            self._before = signal.signal(signal.SIGTERM, self._on_signal)
        await self._application(scope, receive, send)

    def _on_signal(self, number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, self._before)
        if self._loop is None or not self._loop.is_running():
            os.kill(os.getpid(), signal.SIGTERM)
            return
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        global is_leaving
        is_leaving = True
        self._task = asyncio.get_running_loop().create_task(self._leave())

    async def _leave(self) -> None:
        try:
            stop_listening(self._before)
            await self._hand_over()
        except Exception:
            logger.exception("connections could not be handed over")
        finally:
            os.kill(os.getpid(), signal.SIGTERM)


# /readyz says so: under another server, which goes on listening, the proxy in front must not send anybody any more.
is_leaving = False


def stop_listening(handler: object) -> None:
    """`handler` is the server's own of SIGTERM: uvicorn's knows its listening sockets, Daphne's are the reactor's.

    Both would listen until the end, and so be chosen by a proxy that looks at nothing else.
    """
    for server in getattr(getattr(handler, "__self__", None), "servers", ()):
        server.close()
    reactor = sys.modules.get("twisted.internet.reactor")
    if reactor is None:
        return
    from twisted.internet.tcp import Port

    for reader in reactor.getReaders():
        if isinstance(reader, Port):
            reader.stopListening()
