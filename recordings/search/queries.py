"""Finding recordings by what was shown and typed in them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import connection
from django.db.models import Q

from helpdesk.tenants.context import current_tenant_id
from recordings.search.models import SessionText
from recordings.search.tokens import best_moment, moments_with
from recordings.video.models import Recording

SWEEP_AFTER = timedelta(minutes=5)
SWEEP_ROWS = 100
# An archive that a worker could not even begin to read a day long is left alone.
SWEEP_UNTIL = timedelta(days=1)
END_OF_TIME = "infinity"
LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Hit:
    """A recording that has all the words, and when it was made."""

    recording_id: UUID
    recorded_at: datetime


@dataclass(frozen=True)
class Moment:
    """`text` was first there `at_ms` after the session's start."""

    at_ms: int
    text: str


def find_by_words(query: str, *, before: tuple[datetime, UUID] | None, most: int) -> list[Hit]:
    """Of the current tenant, the newest first, from before that row; `query` is of `tokens.query`."""
    current_tenant_id()
    moment, last_id = before or (END_OF_TIME, LAST_ID)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lookup_recordings_by_words(%s, %s, %s, %s)", [query, moment, last_id, most])
        return [Hit(*row) for row in cursor.fetchall()]


def moments_of(recording_ids: Collection[UUID], *, words: str) -> dict[UUID, Moment]:
    """Where the words are in each of these recordings; one where none of them is said is missing."""
    rows = SessionText.objects.filter(recording_id__in=recording_ids).values_list("recording_id", "moments")
    found = {recording_id: best_moment(moments, words=words) for recording_id, moments in rows}
    return {recording_id: Moment(*best) for recording_id, best in found.items() if best}


def moments_in(recording_id: UUID, *, words: str, most: int) -> list[Moment] | None:
    """Where all the words are in one recording, in the order of time; None while it has not been read."""
    rows = SessionText.objects.filter(recording_id=recording_id, lease_ends_at=None)
    moments = rows.values_list("moments", flat=True).first()
    return None if moments is None else [Moment(*found) for found in islice(moments_with(moments, words=words), most)]


def unread_sessions(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, session) of all tenants; works only inside the listed use `recordings.search.sweep`."""
    closed = {"session__archive_closed_at__lt": now - SWEEP_AFTER, "session__archive_closed_at__gt": now - SWEEP_UNTIL}
    unread = Q(session_text=None) | Q(session_text__lease_ends_at__lt=now)
    rows = Recording.across_tenants.filter(unread, **closed).order_by("created_at")
    yield from rows.values_list("tenant_id", "session_id")[:SWEEP_ROWS]
