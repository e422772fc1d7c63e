"""Reads of pages and assets; all of them run in the tenant's scope."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from assist.channel import limits
from assist.pages.models import Asset, Page, SessionAsset


def pages_of(session_id: UUID) -> QuerySet[Page]:
    """In the order in which they were entered."""
    return Page.objects.filter(session_id=session_id).order_by("entered_at", "number")


def page_summaries(session_id: UUID) -> list[dict[str, Any]]:
    """The newest WELCOME_PAGES in order, as `PageSummary` of the protocol: times in ms since 1970."""
    newest = pages_of(session_id).reverse()[: limits.WELCOME_PAGES]
    return [_summary(page) for page in reversed(newest)]


def _summary(page: Page) -> dict[str, Any]:
    closed = {"closed_at": page.closed_at.timestamp() * 1000} if page.closed_at else {}
    return {
        "page": page.number,
        "kind": page.kind,
        "url": page.url,
        "title": page.title,
        "entered_at": page.entered_at.timestamp() * 1000,
        **closed,
    }


def asset_for(session_id: UUID, sha256: str) -> Asset | None:
    """The asset, if this session refers to it: that reference is the right to see it."""
    return Asset.objects.filter(
        sha256=sha256, id__in=SessionAsset.objects.filter(session_id=session_id).values("asset_id")
    ).first()


def assets_of(session_id: UUID) -> QuerySet[Asset]:
    """All that the session refers to."""
    return Asset.objects.filter(id__in=SessionAsset.objects.filter(session_id=session_id).values("asset_id"))


def has_asset(sha256: str) -> bool:
    return Asset.objects.filter(sha256=sha256).exists()
