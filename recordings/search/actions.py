"""The one write of what was said in a session."""

import json
import logging
import time
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, TextField, Value

from assist.pages.keys import asset_key
from assist.pages.subtrees import MOST_BYTES
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.archive.events import events
from recordings.archive.segments import CorruptSegment
from recordings.search.models import SessionText
from recordings.search.reading import TOKENS_MAX, Reader
from recordings.video.models import Recording

logger = logging.getLogger(__name__)
READ_SECONDS = 120


def tenant_token(tenant_id: UUID) -> str:
    """As `lookup_recordings_by_words` makes it."""
    return f"t:{tenant_id}"


def read_session(tenant_id: UUID, session_id: UUID) -> None:
    """Keep what was shown and typed in a session, unless that was done, or its archive is not closed yet.

    Opens the tenant's scope itself; safe to run twice. An archive that is damaged, or takes longer than
    `READ_SECONDS`, is kept as far as it was read.
    """
    with tenant_scope(tenant_id):
        recording = Recording.objects.filter(session_id=session_id, session_text=None).select_related("session").first()
        session = recording.session if recording else None
        reading = events(session) if session and session.archive_closed_at else None
        first = next(reading, None) if reading else None
    if recording is None or session is None or reading is None:
        return
    reader = Reader(load=lambda sha256: _stored_subtree(tenant_id, sha256))
    is_whole = _read(reader, [first] if first else [], reading)
    with tenant_scope(tenant_id):
        keep_text(recording, reader, is_cut=not is_whole)


def keep_text(recording: Recording, reader: Reader, *, is_cut: bool) -> None:
    """In the scope of the current tenant; nothing changes where another worker was faster."""
    words = [tenant_token(recording.tenant_id), *sorted(reader.words)[:TOKENS_MAX]]
    vector = Func(
        Value(words, output_field=ArrayField(TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )
    row = SessionText(
        recording=recording, recorded_at=recording.created_at, words=vector, moments=reader.moments, is_cut=is_cut
    )
    SessionText.objects.bulk_create([row], ignore_conflicts=True)


def _read(reader: Reader, *sources: Any) -> bool:
    """Whether all was read."""
    end = time.monotonic() + READ_SECONDS
    try:
        for source in sources:
            for event in source:
                reader.read(event)
                if reader.is_full or time.monotonic() > end:
                    return False
    except (CorruptSegment, store.NoSuchObject):
        logger.exception("an archive can't be read to its end")
        return False
    finally:
        reader.end()
    return True


def _stored_subtree(tenant_id: UUID, sha256: str) -> Any:
    """Its nodes; nothing for what is no subtree of this tenant's store."""
    if not (len(sha256) == 64 and sha256.isalnum()):
        return []
    try:
        data = store.get(asset_key(tenant_id, sha256))
        return json.loads(data) if len(data) <= MOST_BYTES else []
    except (store.NoSuchObject, ValueError, RecursionError):
        return []
