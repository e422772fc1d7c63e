"""A session that is over, with rows, keys in Valkey and objects of every kind."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from assist.channel.live import SessionKeys
from assist.channel.models import AssistSession, EndReason, SessionState
from assist.channel.valkey import sync_client
from assist.pages.keys import asset_key
from assist.pages.models import Asset
from helpdesk.tenants import store
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from tests import factories

NAME, EMAIL, EXTERNAL_ID, NOTE = "Ada Visitor", "ada@visitors.example", "user-17", "My card is 4111"


def kept_session(
    tenant: Tenant,
    *,
    email: str = EMAIL,
    ended_at: datetime | None = None,
    assets: list[Asset] | None = None,
    **values: Any,
) -> AssistSession:
    """In the tenant's scope; its archive is closed, its video ready."""
    ended_at = ended_at or timezone.now() - timedelta(days=1)
    queue = values.pop("queue", None)
    ticket = factories.ticket(**({"queue": queue} if queue else {}))
    request = factories.assist_request(
        ticket=ticket,
        visitor_name=NAME,
        visitor_email=email,
        visitor_external_id=EXTERNAL_ID,
        note=NOTE,
        state="accepted",
    )
    factories.consent_receipt(link=factories.invite_link(request=request), visitor_name=NAME, visitor_email=email)
    over = {"state": SessionState.ENDED, "end_reason": EndReason.VISITOR_ENDED, "archive_closed_at": ended_at}
    facts = {"started_at": ended_at - timedelta(minutes=5), "ended_at": ended_at, **over, **values}
    session = factories.assist_session(request=request, **facts)
    _archive(tenant, session)
    for asset in assets if assets is not None else [kept_asset(tenant)]:
        factories.session_asset(session=session, asset=asset)
    return session


def kept_asset(tenant: Tenant) -> Asset:
    asset = factories.asset()
    store.put(asset_key(tenant.id, asset.sha256), b"asset")
    return asset


def _archive(tenant: Tenant, session: AssistSession) -> None:
    factories.page(session=session, title="What the visitor saw")
    key = object_key(tenant.id, "sessions", session.id, "segments", "000001")
    store.put(key, b"segment")
    factories.archive_segment(session=session, object_key=key)
    folder = object_key(tenant.id, "recordings")
    recording = factories.recording(session=session, state="ready")
    for name in ("video.mp4", "thumbnail.jpg", "filmstrip-0.jpg"):
        store.put(f"{folder}/{recording.id}/{name}", b"of the video")
    recording.object_key = f"{folder}/{recording.id}/video.mp4"
    recording.save()
    factories.video_segment(recording=recording)
    sync_client().set(SessionKeys(tenant.id, session.id).state, "sealed")


def keys_below(*parts: object) -> list[str]:
    """Of the objects there are."""
    pages = (
        store.client()
        .get_paginator("list_objects_v2")
        .paginate(
            Bucket=settings.S3_BUCKET,
            Prefix=object_key(*parts),  # type: ignore[arg-type]
        )
    )
    return [key for key in pages.search("Contents[].Key") if key]


def valkey_keys(tenant_id: UUID, session_id: UUID) -> Iterator[bytes]:
    yield from sync_client().scan_iter(f"t:{tenant_id}:{{{session_id}}}*")
