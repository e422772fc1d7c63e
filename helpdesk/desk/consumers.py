"""`/ws/desk/`: events of the tenant for people who are signed in.

The server sends `{"type": "hello"}` once, then `{"type": "event", "kind", "payload"}`; a page
says `{"type":"ping"}`, which is answered with `{"type": "pong"}`; whatever else it sends is ignored.
"""

import asyncio
from contextlib import suppress
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import InterfaceError, OperationalError

from helpdesk.accounts.sockets import is_still_member
from helpdesk.tenants.keys import group

NOT_SIGNED_IN = 4401
MEMBERSHIP_ENDED = 4403
MEMBERSHIP_CHECKED_EVERY_SECONDS = 15.0
PING = '{"type":"ping"}'


class DeskConsumer(AsyncJsonWebsocketConsumer):
    watch: asyncio.Task[None] | None = None
    group_name = ""

    async def connect(self) -> None:
        await self.accept()
        membership = self.scope["membership"]
        if membership is None:
            await self.close(code=NOT_SIGNED_IN)
            return
        self.group_name = group(membership.tenant_id, "desk")
        await self.channel_layer.group_add(self.group_name, self.channel_name)
        await self.send_json({"type": "hello"})
        self.watch = asyncio.create_task(self._close_when_membership_ends())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        if text_data == PING:
            await self.send_json({"type": "pong"})

    async def event(self, message: dict[str, Any]) -> None:
        await self.send_json({"type": "event", "kind": message["kind"], "payload": message["payload"]})

    async def disconnect(self, code: int) -> None:
        if self.watch:
            self.watch.cancel()
            with suppress(asyncio.CancelledError):
                await self.watch
        if self.group_name:
            await self.channel_layer.group_discard(self.group_name, self.channel_name)

    async def _close_when_membership_ends(self) -> None:
        is_member = True
        while is_member:
            await asyncio.sleep(MEMBERSHIP_CHECKED_EVERY_SECONDS)
            is_member = await self._is_member()
        await self.close(code=MEMBERSHIP_ENDED)

    async def _is_member(self) -> bool:
        """While the database is away nobody knows, and nothing happens in it that could be told."""
        try:
            return await is_still_member(self.scope)
        except (InterfaceError, OperationalError):
            return True
