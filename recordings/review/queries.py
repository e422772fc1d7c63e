"""Which recordings a person may review, and what the review page shows of one.

Managers and admins see all recordings of the tenant; agents those of their own sessions.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from assist.channel.models import AssistSession, SessionState
from helpdesk.accounts.models import Role
from helpdesk.accounts.roles import role_includes
from recordings.archive.models import ArchiveSegment
from recordings.video.models import Recording
from recordings.video.queries import recordings, with_progress

PAGE_ROWS = 50


@dataclass(frozen=True)
class Reviewer:
    """A person of the current tenant, by membership."""

    user_id: UUID
    role: str

    @property
    def sees_all(self) -> bool:
        return role_includes(self.role, Role.MANAGER)


@dataclass(frozen=True)
class RecordingPage:
    """`next_cursor` is empty on the last page."""

    rows: list[Recording]
    next_cursor: str


class BadCursor(ValueError):
    """Not a cursor that a page of the list has given out."""


def visible_recordings(reviewer: Reviewer) -> QuerySet[Recording]:
    rows = with_progress(Recording.objects.select_related("session__request__ticket", "session__agent"))
    if reviewer.sees_all:
        return rows
    return rows.filter(session__agent_id=reviewer.user_id)


def recording_page(reviewer: Reviewer, *, cursor: str = "") -> RecordingPage:
    """The newest first; `cursor` is the `next_cursor` of the page before. Raises BadCursor."""
    rows = visible_recordings(reviewer).order_by("-created_at", "-id")
    if cursor:
        created_at, last_id = _read_cursor(cursor)
        rows = rows.filter(Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=last_id))
    found = list(rows[: PAGE_ROWS + 1])
    has_more = len(found) > PAGE_ROWS
    shown = found[:PAGE_ROWS]
    return RecordingPage(shown, f"{shown[-1].created_at.isoformat()}_{shown[-1].id}" if has_more else "")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    moment, _, last_id = cursor.partition("_")
    try:
        created_at = parse_datetime(moment)
        if created_at is None or created_at.tzinfo is None:
            raise BadCursor(cursor)
        return created_at, UUID(last_id)
    except ValueError:
        raise BadCursor(cursor) from None


def find_recording(reviewer: Reviewer, recording_id: UUID) -> Recording | None:
    return visible_recordings(reviewer).filter(id=recording_id).first()


def archive_segments(session_id: UUID) -> QuerySet[ArchiveSegment]:
    """In the order of time."""
    return ArchiveSegment.objects.filter(session_id=session_id).order_by("number")


def session_outcome(session_id: UUID) -> tuple[str, Recording | None]:
    """What has become of a session's recording: `none`, `preparing`, or the recording's state."""
    recording = recordings().filter(session_id=session_id).first()
    if recording:
        return recording.state, recording
    has_begun = AssistSession.objects.filter(id=session_id, started_at__isnull=False)
    is_over = AssistSession.objects.filter(id=session_id, state=SessionState.ENDED)
    return ("none" if is_over.exists() and not has_begun.exists() else "preparing"), None
