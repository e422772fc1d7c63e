"""Events to open sockets over the channel layer, sent after commit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from helpdesk.tenants.keys import group


def publish(tenant_id: UUID, *topic: object, kind: str, payload: Mapping[str, Any]) -> None:
    """Send `{"type": "event", "kind", "payload"}` to the group of `topic` once the transaction has committed.

    Topics: `desk` (every agent of the tenant), `request, <id>` (the visitor's waiting page),
    `session, <id>` (everybody at that assist session).
    """
    message = {"type": "event", "kind": kind, "payload": dict(payload)}
    name = group(tenant_id, *topic)
    transaction.on_commit(lambda: async_to_sync(_send)(name, message), robust=True)


async def apublish(tenant_id: UUID, *topic: object, kind: str, payload: Mapping[str, Any]) -> None:
    """As `publish`, at once, for async code that has written nothing."""
    message = {"type": "event", "kind": kind, "payload": dict(payload)}
    await _send(group(tenant_id, *topic), message)


async def _send(name: str, message: dict[str, Any]) -> None:
    """After a restart of Valkey the layer's first send finds its old connection closed, and the second a new one."""
    try:
        await get_channel_layer().group_send(name, message)
    except (RedisError, OSError):
        await get_channel_layer().group_send(name, message)
