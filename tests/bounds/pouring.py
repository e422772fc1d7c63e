"""An application that streams as fast as it may, for one reader who takes nothing; run by the tests' Daphne."""

import asyncio
from typing import Any

import helpdesk.asgi  # noqa: F401  # it bounds Daphne
from helpdesk import daphne_bounds

daphne_bounds.UNREAD_SECONDS = 2
PIECES, PIECE_BYTES = 64, 1024 * 1024
sent, left = [0], asyncio.Event()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """`/pour` streams, `/sent` says how much of it, `/left` answers when its reader was given up."""
    if scope["path"] == "/pour":
        await asyncio.gather(_pour(send), _hear(receive))
        return
    if scope["path"] == "/left":
        await left.wait()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(sent[0]).encode()})


async def _pour(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while sent[0] < PIECES and not left.is_set():
        sent[0] += 1
        await send({"type": "http.response.body", "body": bytes(PIECE_BYTES), "more_body": True})


async def _hear(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    left.set()
