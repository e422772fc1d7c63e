"""Every write of pages and assets; all of them run in the tenant's scope."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from assist.channel import limits
from assist.pages.locks import share_assets
from assist.pages.models import AskedSubtree, Asset, Page, SessionAsset
from assist.pages.subtrees import NAME_LENGTH, SUBTREE_TYPE

URL_LENGTH, TITLE_LENGTH = 2000, 300


class TooManyAssets(RuntimeError):
    """The session refers to as many assets, or as many bytes, as it may."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An asset that the visitor's page refers to."""

    sha256: str
    size_bytes: int


def enter_page(session_id: UUID, *, number: int, at: datetime, url: str, title: str, kind: str) -> None:
    """Idempotent; a page that is entered again keeps when it was entered first."""
    values = {"url": url[:URL_LENGTH], "title": title[:TITLE_LENGTH], "kind": kind, "closed_at": None}
    Page.objects.update_or_create(
        session_id=session_id, number=number, defaults=values, create_defaults={**values, "entered_at": at}
    )


def add_missing_page(session_id: UUID, *, number: int, at: datetime, url: str, title: str, kind: str) -> None:
    """As `enter_page`, but leaves a page alone that is there."""
    values = {"url": url[:URL_LENGTH], "title": title[:TITLE_LENGTH], "kind": kind, "entered_at": at}
    Page.objects.get_or_create(session_id=session_id, number=number, defaults=values)


def close_page(session_id: UUID, *, number: int, at: datetime) -> None:
    Page.objects.filter(session_id=session_id, number=number, closed_at=None).update(closed_at=at)


def close_pages(session_id: UUID, *, at: datetime) -> None:
    """All that are open: the session has ended."""
    Page.objects.filter(session_id=session_id, closed_at=None).update(closed_at=at)


def offer_assets(session_id: UUID, *, offers: list[Offer]) -> list[str]:
    """The digests that the visitor has to upload; what the tenant's store has is referred to at once."""
    share_assets()
    allowed = [offer.sha256 for offer in offers if 0 < offer.size_bytes <= limits.ASSET_BYTES]
    known = {asset.sha256: asset for asset in Asset.objects.filter(sha256__in=allowed)}
    _referred, room = _refer(session_id, list(known.values()))
    return [sha256 for sha256 in dict.fromkeys(allowed) if sha256 not in known][:room]


def refer_to(session_id: UUID, sha256: str) -> bool:
    """False where the tenant's store has no such asset, or the session has no room for it."""
    share_assets()
    asset = Asset.objects.filter(sha256=sha256).first()
    return asset is not None and bool(_refer(session_id, [asset])[0])


def has_room(session_id: UUID) -> bool:
    """Whether the session may refer to one more asset, if it is small."""
    used = _used(session_id)
    return used["count"] < limits.SESSION_ASSETS and used["size"] < limits.SESSION_ASSET_BYTES


def _refer(session_id: UUID, assets: list[Asset]) -> tuple[list[Asset], int]:
    """Those that the session refers to now, and how many more it may.

    None of them is being deleted; the caller has looked for them after `share_assets`.
    """
    used = _used(session_id)
    room, room_bytes = max(limits.SESSION_ASSETS - used["count"], 0), limits.SESSION_ASSET_BYTES - used["size"]
    mine = set(SessionAsset.objects.filter(session_id=session_id).values_list("asset_id", flat=True))
    new = [asset for asset in assets if asset.id not in mine]
    sizes = accumulate(asset.size_bytes for asset in new)
    fitting = [asset for asset, size in zip(new, sizes, strict=True) if size <= room_bytes][:room]
    rows = [SessionAsset(session_id=session_id, asset_id=asset.id) for asset in fitting]
    SessionAsset.objects.bulk_create(rows, ignore_conflicts=True)
    return [asset for asset in assets if asset.id in mine or asset in fitting], room - len(rows)


def ask_subtrees(session_id: UUID, *, names: list[str]) -> tuple[list[str], list[int]]:
    """Digests of those in the tenant's store, which are referred to at once, and places of those to be uploaded.

    What no other session has asked for may be one visitor's own: it is only noted that it was asked for.
    """
    share_assets()
    known, _room = _refer(session_id, list(Asset.objects.filter(subtree__in=names)))
    missing = list(dict.fromkeys(name for name in names if name not in {asset.subtree for asset in known}))
    askers = dict(AskedSubtree.objects.filter(name__in=missing).values_list("name", "session_id"))
    noted = AskedSubtree.objects.filter(session_id=session_id).count()
    fresh = [name for name in missing if name not in askers][: max(limits.SESSION_SUBTREES - noted, 0)]
    rows = [AskedSubtree(session_id=session_id, name=name) for name in fresh]
    AskedSubtree.objects.bulk_create(rows, ignore_conflicts=True)
    wanted = {name for name, asker in askers.items() if asker != session_id}
    return [asset.sha256 for asset in known], [at for at, name in enumerate(names) if name in wanted]


def check_room(session_id: UUID, *, size_bytes: int) -> None:
    """For one more asset; raises `TooManyAssets`."""
    used = _used(session_id)
    if used["count"] >= limits.SESSION_ASSETS or used["size"] + size_bytes > limits.SESSION_ASSET_BYTES:
        raise TooManyAssets(session_id)


def add_asset(session_id: UUID, *, sha256: str, content_type: str, size_bytes: int) -> None:
    """The row of an object that is in the store, and the session's reference to it; idempotent."""
    subtree = sha256[:NAME_LENGTH] if content_type == SUBTREE_TYPE else ""
    values = {"content_type": content_type, "size_bytes": size_bytes, "subtree": subtree}
    asset, _created = Asset.objects.get_or_create(sha256=sha256, defaults=values)
    SessionAsset.objects.get_or_create(session_id=session_id, asset=asset)


def _used(session_id: UUID) -> dict[str, int]:
    """`{"count", "size"}` of the assets that the session refers to."""
    mine = SessionAsset.objects.filter(session_id=session_id)
    return mine.aggregate(count=Count("id"), size=Coalesce(Sum("asset__size_bytes"), 0))
