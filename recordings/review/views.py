"""The review pages, for people at the desk. Each route checks tenant and role by itself: see `queries`."""

import contextlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assist.console.tickets import stage_url
from helpdesk.accounts.people import person_of
from helpdesk.audit.models import Action
from helpdesk.keyset import BadCursor
from helpdesk.tenants import store
from recordings.keeping.forms import HoldForm
from recordings.keeping.queries import hold_of
from recordings.review.queries import (
    Reviewer,
    archive_segments,
    find_recording,
    recording_page,
    rendered_percent,
    session_outcome,
)
from recordings.video.actions import NotRetryable, retry_recording
from recordings.video.audit import audit, audit_once
from recordings.video.models import Recording, RecordingState

VIDEO_URL_SECONDS = 3600
# A player asks again at each jump.
PLAYED_AGAIN = timedelta(minutes=10)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@never_cache
@require_safe
def recording_list(request: HttpRequest) -> HttpResponse:
    """The newest first; `?before=` continues."""
    reviewer = _reviewer(request)
    try:
        page = recording_page(reviewer, cursor=request.GET.get("before", ""))
    except BadCursor:
        raise Http404 from None
    context = {"section": "recordings", "page": page, "sees_all": reviewer.sees_all}
    return render(request, "recordings/list.html", context)


# django-csp's types know only views without parameters.
@never_cache
@require_safe
@csp_update({"media-src": ["'self'", _origin(settings.S3_PUBLIC_ENDPOINT_URL)]})  # type: ignore[arg-type]
def review(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    reviewer = _reviewer(request)
    recording = find_recording(reviewer, recording_id)
    if recording is None:
        context = {"section": "recordings", "sees_all": reviewer.sees_all}
        return render(request, "recordings/missing.html", context, status=404)
    session = recording.session
    audit(request, Action.RECORDING_VIEWED, recording)
    context = {
        "section": "recordings",
        "recording": recording,
        "session": session,
        "sees_all": reviewer.sees_all,
        "hold": hold_of(session.id),
        "hold_form": HoldForm(),
        "percent": rendered_percent(recording),
        "segments": archive_segments(session.id).count(),
        "stage_url": stage_url(tenant_id=session.tenant_id, session_id=session.id, user_id=person_of(request).id),
    }
    return render(request, "recordings/review.html", context)


@never_cache
@require_safe
def state(request: HttpRequest, recording_id: UUID) -> JsonResponse:
    """`{state, percent, url}`."""
    recording = _recording_or_404(request, recording_id)
    return JsonResponse(_facts(recording.state, recording))


@never_cache
@require_POST
def retry(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Render again what a failed recording lacks; who comes second finds it at work."""
    recording = _recording_or_404(request, recording_id)
    with contextlib.suppress(NotRetryable), transaction.atomic():
        retry_recording(recording.id)
    return redirect("recording", recording.id)


@never_cache
@require_safe
def of_session(request: HttpRequest, session_id: UUID) -> JsonResponse:
    """`{state, percent, url}` for the console of that session; `url` only for those who may review it."""
    outcome, recording = session_outcome(session_id)
    if recording and find_recording(_reviewer(request), recording.id) is None:
        return JsonResponse({**_facts(outcome, recording), "url": ""})
    return JsonResponse(_facts(outcome, recording))


@never_cache
@require_safe
def video(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """To an address in the object store that is good for an hour; the page itself holds none."""
    recording = _recording_or_404(request, recording_id)
    if recording.state != RecordingState.READY:
        raise Http404
    audit_once(request, Action.RECORDING_PLAYED, recording, within=PLAYED_AGAIN)
    return HttpResponseRedirect(store.presign(recording.object_key, expires_seconds=VIDEO_URL_SECONDS))


@require_safe
def archive_segment(request: HttpRequest, recording_id: UUID, number: int) -> HttpResponse:
    """The `number`th segment of the archive, from 0: for each frame `!IQ` (length, received_at_ms) and its bytes."""
    recording = _recording_or_404(request, recording_id)
    segment = archive_segments(recording.session_id)[number : number + 1].first()
    if segment is None:
        raise Http404
    answer = HttpResponse(store.get(segment.object_key), content_type="application/octet-stream")
    answer["Cache-Control"] = "private, max-age=3600, immutable"
    return answer


def _reviewer(request: HttpRequest) -> Reviewer:
    membership: Any = request.membership  # type: ignore[attr-defined]
    return Reviewer(user_id=person_of(request).id, role=membership.role)


def _recording_or_404(request: HttpRequest, recording_id: UUID) -> Recording:
    recording = find_recording(_reviewer(request), recording_id)
    if recording is None:
        raise Http404
    return recording


def _facts(outcome: str, recording: Recording | None) -> dict[str, object]:
    percent = rendered_percent(recording) if recording else 0
    url = reverse("recording", args=[recording.id]) if recording else ""
    return {"state": outcome, "percent": percent, "url": url}
