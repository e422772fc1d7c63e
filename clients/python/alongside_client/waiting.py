"""Follows the visitor's own request until an agent, the clock or the visitor has answered it."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from alongside_client.wire import CloseCode

PING_EVERY_SECONDS = 10.0
FIRST_RETRY_SECONDS = 0.3
LONGEST_RETRY_SECONDS = 2.5


async def follow(url: str, *, token: str, origin: str) -> AsyncIterator[dict[str, Any]]:
    """Each new state of the request; ends when the desk does not know it any more."""
    told, tries = "", 0
    while True:
        try:
            async with connect(url, origin=Origin(origin), compression=None, ping_interval=None) as socket:
                await socket.send(json.dumps({"type": "auth", "token": token}))
                async for text in _heard(socket):
                    tries = 0
                    message = json.loads(text)
                    if message["type"] == "state" and text != told:
                        told = text
                        yield message
                if socket.close_code == CloseCode.BAD_TOKEN:
                    return
        except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
            pass
        ceiling = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2**tries)
        tries = min(tries + 1, 10)
        await asyncio.sleep(ceiling * (0.5 + random.random() / 2))  # noqa: S311


async def _heard(socket: ClientConnection) -> AsyncIterator[str]:
    """Messages until the connection is closed; one that is half open is told by silence after a ping."""
    is_asked = False
    while True:
        try:
            async with asyncio.timeout(PING_EVERY_SECONDS):
                text = await socket.recv()
        except TimeoutError:
            if is_asked:
                return
            is_asked = True
            await socket.send('{"type":"ping"}')
            continue
        except ConnectionClosed:
            return
        is_asked = False
        yield text if isinstance(text, str) else text.decode()
