"""The socket on which the visitor's page follows its own request."""

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import translation

from assist.requests import metrics
from assist.requests.buckets import Bucket
from assist.requests.limits import SOCKET_MESSAGES_PER_SECOND, SOCKETS_PER_REQUEST
from assist.requests.queries import RequestStatus, request_status
from assist.requests.visitor_http import known_language
from helpdesk.tenants.context import run_in_tenant, run_without_tenant
from helpdesk.tenants.keys import group
from helpdesk.tenants.lookups import Found, assist_request_of_hash
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.origins import origin_is_allowed
from helpdesk.tenants.secrets import sha256_hex

AUTH_SECONDS = 10
MESSAGE_MAX = 1024
BURST_SECONDS = 8
CLOSE_BAD_MESSAGE = 4000
CLOSE_RATE_EXCEEDED = 4005
CLOSE_NOT_ALLOWED = 4007
CLOSE_BAD_TOKEN = 4008
CLOSE_BAD_ORIGIN = 4009
# Of this process, by request.
_open: Counter[UUID] = Counter()


class RequestConsumer(AsyncJsonWebsocketConsumer):
    """First message `{type: "auth", token}`, then `{type: "state", …}` at once and on every change."""

    found: Found | None = None
    _is_refused = False
    _deadline: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        metrics.SOCKETS.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:  # a handler that raises ends the connection without a call of `disconnect`
            metrics.SOCKETS.dec()
            self._stop_deadline()
            await self._leave()

    async def connect(self) -> None:
        await self.accept()
        self._messages = Bucket(SOCKET_MESSAGES_PER_SECOND, BURST_SECONDS)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(AUTH_SECONDS, lambda: loop.create_task(self.refuse(CLOSE_BAD_TOKEN)))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        if self._is_refused:
            return
        if not self._messages.take(1):
            await self.refuse(CLOSE_RATE_EXCEEDED)
            return
        if text_data is None or len(text_data) > MESSAGE_MAX:
            await self.refuse(CLOSE_BAD_MESSAGE)
            return
        try:
            message = await self.decode_json(text_data)
        except (ValueError, RecursionError):
            message = None
        await self._route(message)

    async def _route(self, message: Any) -> None:
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "ping" and self.found:
            await self.send_json({"type": "pong"})
        elif kind == "auth" and self.found is None and isinstance(message.get("token"), str):
            await self._authenticate(message["token"])
        else:
            await self.refuse(CLOSE_BAD_MESSAGE)

    async def _authenticate(self, token: str) -> None:
        request_id: UUID = self.scope["url_route"]["kwargs"]["request_id"]
        found = await run_without_tenant(assist_request_of_hash, sha256_hex(token))
        if found is None or found.id != request_id:
            await self.refuse(CLOSE_BAD_TOKEN)
        elif not await run_in_tenant(found.tenant_id, _origin_fits, found.tenant_id, self._header(b"origin")):
            await self.refuse(CLOSE_BAD_ORIGIN)
        elif _open[found.id] >= SOCKETS_PER_REQUEST:
            await self.refuse(CLOSE_NOT_ALLOWED)
        else:
            self._stop_deadline()
            self.found = found
            _open[found.id] += 1
            await self.channel_layer.group_add(self._group, self.channel_name)
            await self._tell()

    async def event(self, message: dict[str, Any]) -> None:
        """Something about this request changed."""
        await self._tell()

    async def _tell(self) -> None:
        assert self.found is not None
        status = await run_in_tenant(self.found.tenant_id, _status_in, self.found.id, self._language)
        await self.send_json({"type": "state", **status})

    async def refuse(self, close_code: int) -> None:
        """What comes after it is not looked at."""
        self._stop_deadline()
        self._is_refused = True
        metrics.ERRORS.labels(close_code).inc()
        await self.close(code=close_code)

    async def _leave(self) -> None:
        if self.found:
            _open[self.found.id] -= 1
            if not _open[self.found.id]:
                del _open[self.found.id]
            await self.channel_layer.group_discard(self._group, self.channel_name)

    def _stop_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    @property
    def _group(self) -> str:
        assert self.found is not None
        return group(self.found.tenant_id, "request", self.found.id)

    @property
    def _language(self) -> str:
        asked = parse_qs(self.scope["query_string"].decode("latin-1")).get("language", [""])[0]
        return known_language(asked or self._header(b"accept-language"))

    def _header(self, name: bytes) -> str:
        return dict(self.scope["headers"]).get(name, b"").decode("latin-1")


def _origin_fits(tenant_id: UUID, origin: str) -> bool:
    return origin_is_allowed(origin, patterns=Tenant.objects.get(pk=tenant_id).allowed_origins)


def _status_in(request_id: UUID, language: str) -> RequestStatus:
    with translation.override(language):
        return request_status(request_id)
