"""Objects that no row names, as a killed writer leaves them, and uploads that were never completed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from assist.channel.models import AssistSession
from assist.pages.models import Asset
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from recordings.archive.models import ArchiveSegment
from recordings.keeping.objects import lock_assets
from recordings.video.models import Recording, RecordingState

# Whatever is being written is younger: an object's row comes within minutes, or never.
ORPHAN_AGE = timedelta(hours=24)
AT_ONCE = 25


def delete_orphans(tenant_id: UUID, *, now: datetime) -> int:
    """Of one tenant, those older than `ORPHAN_AGE`; how many. Opens the scope itself; raises `Busy`."""
    store.end_uploads_below(object_key(tenant_id), before=now - ORPHAN_AGE)
    deleted = 0
    for keys in store.keys_before(object_key(tenant_id), before=now - ORPHAN_AGE):
        for kind, some in groupby(keys, key=_kind):
            deleted += _delete(tenant_id, kind, list(some))
    return deleted


def _kind(key: str) -> str:
    """`sessions`, `recordings` or `assets`; of anything else nothing is known, so that it stays."""
    return key.split("/")[2]


def _delete(tenant_id: UUID, kind: str, keys: list[str]) -> int:
    find = {"sessions": _without_session, "recordings": _without_recording, "assets": _without_asset}.get(kind)
    if find is None:
        return 0
    with tenant_scope(tenant_id):
        orphans = list(find(keys))
    for first in range(0, len(orphans), AT_ONCE):
        some = orphans[first : first + AT_ONCE]
        with tenant_scope(tenant_id):
            if kind == "assets":
                lock_assets()
                some = list(find(some))  # whoever kept one meanwhile has a row now
            store.delete_many(some)
    return len(orphans)


def _owner(key: str) -> str:
    return key.split("/")[3]


def _without_session(keys: Iterable[str]) -> Iterator[str]:
    """Segments of a session that is not there, or whose archive is closed without them."""
    keys = list(keys)
    open_ones = AssistSession.objects.filter(id__in=_ids(keys), archive_closed_at=None).values_list("id", flat=True)
    being_written = {str(session_id) for session_id in open_ones}
    named = set(ArchiveSegment.objects.filter(session__in=_ids(keys)).values_list("object_key", flat=True))
    yield from (key for key in keys if _owner(key) not in being_written and key not in named)


def _without_recording(keys: Iterable[str]) -> Iterator[str]:
    """Everything of a recording that is not there, and segments of one that was joined from them."""
    keys = list(keys)
    found = Recording.objects.filter(id__in=_ids(keys)).values_list("id", "state")
    states = {str(recording_id): state for recording_id, state in found}
    for key in keys:
        state = states.get(_owner(key))
        if state is None or (state == RecordingState.READY and key.split("/")[4] == "segments"):
            yield key


def _without_asset(keys: Iterable[str]) -> Iterator[str]:
    by_digest = {_owner(key): key for key in keys}
    named = set(Asset.objects.filter(sha256__in=by_digest).values_list("sha256", flat=True))
    yield from (key for digest, key in by_digest.items() if digest not in named)


def _ids(keys: Iterable[str]) -> set[str]:
    """Of the owners that may have a row."""
    return {owner for owner in map(_owner, keys) if _is_id(owner)}


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
