"""Who asks, and which recording they may see: the first lines of each route of a recording."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest

from helpdesk.accounts.people import person_of
from recordings.review.queries import Reviewer, find_recording
from recordings.video.models import Recording


def reviewer_of(request: HttpRequest) -> Reviewer:
    membership: Any = request.membership  # type: ignore[attr-defined]
    return Reviewer(user_id=person_of(request).id, role=membership.role)


def recording_or_404(request: HttpRequest, recording_id: UUID) -> Recording:
    """Raise Http404 for one that is not there, and for one that this person may not see."""
    recording = find_recording(reviewer_of(request), recording_id)
    if recording is None:
        raise Http404
    return recording
