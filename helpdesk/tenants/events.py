"""Events to open sockets over the channel layer, sent after commit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from helpdesk.tenants.keys import group


def publish(tenant_id: UUID, *topic: object, kind: str, payload: Mapping[str, Any]) -> None:
    """Send `{"type": "event", "kind", "payload"}` to the group of `topic` once the transaction has committed.

    Topics: `desk` (every agent of the tenant), `request, <id>` (the visitor's waiting page),
    `session, <id>` (everybody at that assist session).
    """
    message = {"type": "event", "kind": kind, "payload": dict(payload)}
    name = group(tenant_id, *topic)
    transaction.on_commit(lambda: async_to_sync(get_channel_layer().group_send)(name, message), robust=True)


async def apublish(tenant_id: UUID, *topic: object, kind: str, payload: Mapping[str, Any]) -> None:
    """As `publish`, at once, for async code that has written nothing."""
    message = {"type": "event", "kind": kind, "payload": dict(payload)}
    await get_channel_layer().group_send(group(tenant_id, *topic), message)
