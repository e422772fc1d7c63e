"""The invite link on its way to the page that asked: in Valkey until it is dead; the database has its hash only."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.core.cache import cache

from helpdesk.tenants.keys import cache_key


class Delivery(TypedDict):
    link: str
    link_expires_at: str


def put_link(request_id: UUID, *, tenant_id: UUID, url: str, expires_at: datetime, now: datetime) -> None:
    value = Delivery(link=url, link_expires_at=expires_at.isoformat())
    cache.set(_key(tenant_id, request_id), value, timeout=max(1, int((expires_at - now).total_seconds())))


def link_of(request_id: UUID, *, tenant_id: UUID) -> Delivery | None:
    return cache.get(_key(tenant_id, request_id))


def drop_link(request_id: UUID, *, tenant_id: UUID) -> None:
    cache.delete(_key(tenant_id, request_id))


def _key(tenant_id: UUID, request_id: UUID) -> str:
    return cache_key(tenant_id, "delivery", request_id)
