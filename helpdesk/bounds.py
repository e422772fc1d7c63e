"""How much of a request's body is read, under any server: what is larger is answered with 413 before it has come."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings
from prometheus_client import Counter

DIGITS = 19  # of a length that can be meant; int() refuses thousands of them with an error
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

REACHED = Counter("bounds_reached", "Requests and sockets that were held or cut off at a bound", ["bound"])
PROBLEM = {
    "type": "urn:alongside:problem:body_too_large",
    "title": "Content Too Large",
    "status": 413,
    "code": "body_too_large",
}


class TooLarge(Exception):
    """More has come than may be read."""


def most_bytes(path: str) -> int:
    """Of a body that is sent to this path: `settings.BODY_BYTES_MAX` by path prefix, the longest counts.

    `OPTIONS *` has a path that begins with no slash.
    """
    fitting = [prefix for prefix in settings.BODY_BYTES_MAX if path.startswith(prefix)]
    return settings.BODY_BYTES_MAX[max(fitting, key=len, default="/")]


class BoundedBodies:
    """Views have bounds of their own, below these, and say more about them."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.application(scope, receive, send)
        most, taken = most_bytes(scope["path"]), 0
        if _declared(scope) > most:
            return await _refuse(scope, send, most=most)

        async def take() -> Mapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise TooLarge
            return message

        try:
            await self.application(scope, take, send)
        except TooLarge:  # the body is read to its end before anything is answered
            await _refuse(scope, send, most=most)


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit():
        return 0
    return int(length) if len(length) <= DIGITS else 10**DIGITS


async def _refuse(scope: Scope, send: Send, *, most: int) -> None:
    REACHED.labels("body").inc()
    body = json.dumps({**PROBLEM, "detail": f"The body is larger than {most} bytes: send less at once."}).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if origin := dict(scope["headers"]).get(b"origin"):
        headers += [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
