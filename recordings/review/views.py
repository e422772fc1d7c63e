"""The review pages, for people at the desk. Each route checks tenant and role by itself: see `queries`."""

import contextlib
from datetime import timedelta
from uuid import UUID

from csp.decorators import csp_update
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assist.console.tickets import stage_url
from helpdesk.accounts.models import Role
from helpdesk.accounts.people import person_of
from helpdesk.accounts.roles import role_required
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from recordings.keeping.forms import HoldForm
from recordings.keeping.queries import hold_of
from recordings.review.access import recording_or_404 as _recording_or_404
from recordings.review.access import reviewer_of
from recordings.review.listing import PAGE_ROWS
from recordings.review.media import MEDIA_POLICY
from recordings.review.panel_views import panels_context
from recordings.review.queries import (
    find_recording,
    session_outcome,
    visible_recordings,
)
from recordings.video.actions import NotRetryable, retry_recording
from recordings.video.archive_waits import waiting_since, words_of
from recordings.video.audit import audit, audit_once
from recordings.video.models import Recording, RecordingState
from recordings.video.queries import progress_of

# The page asks for another one when it needs it.
VIDEO_URL_SECONDS = 300
# A player asks again at each jump.
PLAYED_AGAIN = timedelta(minutes=10)


# django-csp's types know only views without parameters.
@never_cache
@require_safe
@csp_update(MEDIA_POLICY)  # type: ignore[arg-type]
def review(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    reviewer = reviewer_of(request)
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
        "progress": progress_of(recording, now=timezone.now()),
        "archive_words": words_of(waiting_since([recording]).get(recording.id)),
        **panels_context(request, recording),
        "hold": hold_of(session.id),
        "hold_form": HoldForm(),
        "stage_url": stage_url(tenant_id=session.tenant_id, session_id=session.id, user_id=person_of(request).id),
    }
    return render(request, "recordings/review.html", context)


@never_cache
@require_safe
def state(request: HttpRequest, recording_id: UUID) -> JsonResponse:
    """`{state, label, percent, remaining_ms, advice, url}`; `remaining_ms` is an estimate, null while there is none."""
    recording = _recording_or_404(request, recording_id)
    return JsonResponse(_facts(recording.state, recording))


@never_cache
@require_safe
def states(request: HttpRequest) -> JsonResponse:
    """`{id: facts}` as of `state` for each `?id=` that the person may review; at most a page of the list."""
    wanted = request.GET.getlist("id")[:PAGE_ROWS]
    try:
        rows = visible_recordings(reviewer_of(request)).filter(id__in=[UUID(given) for given in wanted])
    except ValueError:
        raise Http404 from None
    return JsonResponse({str(row.id): _facts(row.state, row) for row in rows})


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
    """As `state` for the console of that session; `url` only for those who may review it."""
    outcome, recording = session_outcome(session_id)
    if recording and find_recording(reviewer_of(request), recording.id) is None:
        return JsonResponse({**_facts(outcome, recording), "url": ""})
    return JsonResponse(_facts(outcome, recording))


@never_cache
@require_safe
def video(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """To an address in the object store that is good for minutes, or as JSON `{url, expires_seconds}`.

    The page holds no such address; its script asks for one, and again when that has expired.
    """
    recording = _recording_or_404(request, recording_id)
    if recording.state != RecordingState.READY:
        raise Http404
    audit_once(request, Action.RECORDING_PLAYED, recording, within=PLAYED_AGAIN)
    url = store.presign(recording.object_key, expires_seconds=VIDEO_URL_SECONDS)
    if request.accepts("text/html"):
        return HttpResponseRedirect(url)
    return JsonResponse({"url": url, "expires_seconds": VIDEO_URL_SECONDS})


@never_cache
@role_required(Role.MANAGER)
@require_safe
def download(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """The video as a file, for managers."""
    recording = _recording_or_404(request, recording_id)
    if recording.state != RecordingState.READY:
        raise Http404
    audit(request, Action.RECORDING_DOWNLOADED, recording)
    name = f"recording-{recording.created_at:%Y-%m-%d}-{recording.pk}.mp4"
    return HttpResponseRedirect(store.presign(recording.object_key, expires_seconds=VIDEO_URL_SECONDS, filename=name))


def _facts(outcome: str, recording: Recording | None) -> dict[str, object]:
    if recording is None:
        return {"state": outcome, "label": "", "percent": 0, "remaining_ms": None, "advice": "", "url": ""}
    progress, since = progress_of(recording, now=timezone.now()), waiting_since([recording]).get(recording.id)
    return {
        "state": outcome,
        "label": recording.get_state_display(),
        "percent": progress.percent,
        "remaining_ms": progress.remaining_ms,
        "advice": recording.failure_advice or words_of(since),
        "url": reverse("recording", args=[recording.id]),
    }
