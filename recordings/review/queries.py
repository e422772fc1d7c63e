"""Which recordings a person may review, and what the review page shows of one.

Managers and admins see all recordings of the tenant; agents those of their own sessions.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from assist.channel.models import AssistSession, SessionState
from helpdesk.accounts.models import Role
from helpdesk.accounts.roles import role_includes
from recordings.archive.models import ArchiveSegment
from recordings.video.models import Recording
from recordings.video.queries import recordings, with_progress


@dataclass(frozen=True)
class Reviewer:
    """A person of the current tenant, by membership."""

    user_id: UUID
    role: str

    @property
    def sees_all(self) -> bool:
        return role_includes(self.role, Role.MANAGER)


def visible_recordings(reviewer: Reviewer) -> QuerySet[Recording]:
    rows = with_progress(Recording.objects.select_related("session__request__ticket__queue", "session__agent"))
    if reviewer.sees_all:
        return rows
    return rows.filter(session__agent_id=reviewer.user_id)


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
