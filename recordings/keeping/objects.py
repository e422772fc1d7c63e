"""Deleting the objects, and the keys in Valkey, of rows that are gone."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from assist.channel import live
from assist.pages.keys import asset_key
from assist.pages.locks import try_to_lock_assets
from assist.pages.models import Asset, SessionAsset
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.keeping.models import Doomed, DoomedKind, ErasureItem
from recordings.video.locks import alone_at_recording

BATCH = 100
# In one call of the store, while uploads wait.
ASSETS_AT_ONCE = 25


class Busy(RuntimeError):
    """Visitors are uploading assets, or a worker is at the recording and may upload something: not now."""


def delete_doomed(tenant_id: UUID, *, now: datetime, item_id: UUID | None = None) -> bool:
    """A batch of what is due, of one item of an erasure or of anybody's; whether there was any.

    Opens the scope itself. Raises `Busy`, and whatever the store raises: what was not deleted stays doomed.
    """
    with tenant_scope(tenant_id):
        rows = doomed_of(item_id) if item_id else Doomed.objects.all()
        found = list(rows.filter(due(now)).order_by("created_at", "id")[:BATCH])
    for keys in [row for row in found if row.kind == DoomedKind.KEYS]:
        live.erase(tenant_id, UUID(keys.name))
        with tenant_scope(tenant_id):
            Doomed.objects.filter(id=keys.id).delete()
    for folder in [row for row in found if row.kind == DoomedKind.FOLDER]:
        _delete_folder(tenant_id, folder)
    assets = [row for row in found if row.kind == DoomedKind.ASSET]
    for first in range(0, len(assets), ASSETS_AT_ONCE):
        _delete_assets(tenant_id, assets[first : first + ASSETS_AT_ONCE])
    return bool(found)


def due(now: datetime) -> Q:
    return Q(not_before=None) | Q(not_before__lte=now)


def doomed_of(item_id: UUID) -> QuerySet[Doomed]:
    """What is left of an item, also where another erasure or a deletion took its rows."""
    request_id = ErasureItem.objects.values_list("request_id", flat=True).get(id=item_id)
    of_request = Q(request_id=request_id) if request_id else Q(pk__in=())
    return Doomed.objects.filter(Q(item_id=item_id) | of_request)


def _delete_folder(tenant_id: UUID, row: Doomed) -> None:
    """Counted before anything is deleted: whoever goes on after a crash would find less."""
    with _nobody_writes(row.name):
        if row.item_id:
            counts = Counter({"objects": 0, "bytes": 0})
            for size_bytes in store.sizes_below(row.name):
                counts += Counter({"objects": 1, "bytes": size_bytes})
            with tenant_scope(tenant_id):
                _count_once(row, counts)
        store.delete_below(row.name)
        with tenant_scope(tenant_id):
            Doomed.objects.filter(id=row.id).delete()


@contextmanager
def _nobody_writes(folder: str) -> Iterator[None]:
    """Whoever began before the rows went may be killed after an upload, before finding no row. Raises `Busy`."""
    _tenants, _tenant_id, kind, owner, *_rest = folder.split("/")
    with alone_at_recording(UUID(owner)) if kind == "recordings" else nullcontext(True) as is_alone:
        if not is_alone:
            raise Busy
        yield


def _count_once(row: Doomed, counts: Counter[str]) -> None:
    """Under the name of the folder's kind; a second look at the same folder counts nothing."""
    item = ErasureItem.objects.select_for_update().get(id=row.item_id)
    kind = row.name.split("/")[2]
    if f"objects.{kind}" not in item.removed:
        item.removed = {**item.removed, f"objects.{kind}": counts["objects"], f"bytes.{kind}": counts["bytes"]}
        item.save(update_fields=["removed"])


def _delete_assets(tenant_id: UUID, rows: list[Doomed]) -> None:
    """Those that no session refers to any more: their rows first, then those objects that still have none.

    Nobody refers to an asset, or keeps one, meanwhile: whoever comes between the two finds no row and uploads it anew.
    """
    digests = [row.name for row in rows]
    with tenant_scope(tenant_id):
        lock_assets()
        used = SessionAsset.objects.filter(asset=OuterRef("pk"))
        Asset.objects.filter(~Exists(used), sha256__in=digests).delete()
    with tenant_scope(tenant_id):
        lock_assets()
        still = set(Doomed.objects.filter(id__in=[row.id for row in rows]).values_list("id", flat=True))
        rows = [row for row in rows if row.id in still]  # another worker may have come first
        kept = set(Asset.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
        gone = [row for row in rows if row.name not in kept]
        store.delete_many([asset_key(tenant_id, row.name) for row in gone])
        _count_assets(rows, kept=kept)
        Doomed.objects.filter(kind=DoomedKind.ASSET, name__in=digests).delete()  # other items' as well


def _count_assets(rows: list[Doomed], *, kept: set[str]) -> None:
    """An asset that several items referred to counts for one of them."""
    by_item: dict[UUID, Counter[str]] = {}
    for row in {row.name: row for row in rows if row.item_id}.values():
        kind = "kept.shared_assets" if row.name in kept else "objects.assets"
        by_item.setdefault(row.item_id, Counter())[kind] += 1  # type: ignore[arg-type]
    for item in ErasureItem.objects.select_for_update().filter(id__in=by_item).order_by("id"):
        item.removed = dict(Counter(item.removed) + by_item[item.id])
        item.save(update_fields=["removed"])


def lock_assets() -> None:
    """Until the transaction ends nobody refers to an asset anew. Raises `Busy`."""
    if not try_to_lock_assets():
        raise Busy
