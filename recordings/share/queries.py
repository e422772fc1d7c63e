"""Reads of share links."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from helpdesk.tenants.lookups import Found, share_link_of_hash
from helpdesk.tenants.secrets import sha256_hex
from recordings.share.models import ShareLink
from recordings.video.models import Recording


def live_link_of_token(token: str) -> Found | None:
    """Before a tenant is known; None alike, after the same one look, for expired, revoked and guessed tokens."""
    return share_link_of_hash(sha256_hex(token))


def get_live_link(link_id: UUID, *, now: datetime) -> ShareLink | None:
    links = ShareLink.objects.select_related("recording__session__request")
    return links.filter(pk=link_id, revoked_at=None, expires_at__gt=now).first()


def share_links() -> QuerySet[ShareLink]:
    return ShareLink.objects.select_related("created_by", "recording").order_by("-created_at", "-id")


def open_links(recording: Recording, *, now: datetime) -> QuerySet[ShareLink]:
    return ShareLink.objects.filter(recording=recording, revoked_at=None, expires_at__gt=now)
