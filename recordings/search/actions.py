"""The one write of what was said in a session."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, TextField, Value

from assist.pages.keys import asset_key
from assist.pages.subtrees import MOST_BYTES
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.archive.events import TookTooLong, events
from recordings.search.models import SessionText
from recordings.search.reading import TOKENS_MAX, Reader
from recordings.video.models import Recording

READ_SECONDS = 120
# Whoever has not come to an end by then was killed; what kills its worker twice is not read again.
LEASE = timedelta(seconds=2 * READ_SECONDS)
ATTEMPTS_MAX = 2


def tenant_token(tenant_id: UUID) -> str:
    """As `lookup_recordings_by_words` makes it."""
    return f"t:{tenant_id}"


def read_session(tenant_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """Keep what was shown and typed in a session, unless that is or was done, or its archive is not closed yet.

    Opens the tenant's scope itself; safe to run twice. Of an archive that is damaged what is good is kept, of one that
    takes longer than `READ_SECONDS` what was read by then; of one at which workers died `ATTEMPTS_MAX` times nothing.
    """
    reader, until = Reader(load=lambda sha256: _stored_subtree(tenant_id, sha256)), time.monotonic() + READ_SECONDS
    with tenant_scope(tenant_id):
        recording = Recording.objects.filter(session_id=session_id).select_related("session").first()
        if recording is None or recording.session.archive_closed_at is None:
            return
        attempt = take_reading(recording, now=now)
    if not attempt:
        return
    is_whole = attempt <= ATTEMPTS_MAX and _read(reader, _events(recording, until), until)
    with tenant_scope(tenant_id):
        keep_text(recording, reader, is_cut=not is_whole or reader.shelves.is_short)


def take_reading(recording: Recording, *, now: datetime) -> int:
    """Which attempt it is, from 1 on; 0 where it was read, or somebody does. In the current tenant's scope."""
    row = SessionText(recording=recording, recorded_at=recording.created_at, words=_vector([]), lease_ends_at=now)
    SessionText.objects.bulk_create([row], ignore_conflicts=True)
    free = SessionText.objects.filter(recording=recording, lease_ends_at__lte=now)
    if not free.update(attempts=F("attempts") + 1, lease_ends_at=now + LEASE):
        return 0
    return SessionText.objects.values_list("attempts", flat=True).get(recording=recording)


def keep_text(recording: Recording, reader: Reader, *, is_cut: bool) -> None:
    """In the scope of the current tenant."""
    words = [tenant_token(recording.tenant_id), *sorted(reader.words)[:TOKENS_MAX]]
    said = {"words": _vector(words), "moments": reader.moments, "is_cut": is_cut, "lease_ends_at": None}
    SessionText.objects.update_or_create(
        recording=recording, defaults=said, create_defaults={"recorded_at": recording.created_at, **said}
    )


def _vector(words: list[str]) -> Func:
    return Func(
        Value(words, output_field=ArrayField(TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )


def _events(recording: Recording, until: float) -> Iterator[dict[str, Any]]:
    with tenant_scope(recording.tenant_id):
        reading = events(recording.session, until=until)
        first = next(reading, None)
    if first:
        yield first
        yield from reading


def _read(reader: Reader, source: Iterator[dict[str, Any]], until: float) -> bool:
    """Whether all was read, and nothing is missing."""
    is_whole = True
    try:
        for event in source:
            is_whole = is_whole and event["name"] != "gap"
            reader.read(event)
            if reader.is_full or time.monotonic() > until:
                return False
    except TookTooLong:
        return False
    finally:
        reader.end()
    return is_whole


def _stored_subtree(tenant_id: UUID, sha256: str) -> Any:
    """Its nodes; nothing for what is no subtree of this tenant's store."""
    if not (len(sha256) == 64 and sha256.isalnum()):
        return []
    try:
        data = store.get(asset_key(tenant_id, sha256))
        return json.loads(data) if len(data) <= MOST_BYTES else []
    except (store.NoSuchObject, ValueError, RecursionError):
        return []
