"""Exports of a recording at the desk, for those who see all recordings: what is taken away leaves the desk's rules."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.accounts.models import Role
from helpdesk.accounts.roles import role_required
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from recordings.video.audit import audit
from recordings.video.exports import EXPORTS, export_answer
from recordings.video.models import Recording, RecordingState
from recordings.video.queries import get_recording

VIDEO_URL_SECONDS = 600


@never_cache
@role_required(Role.MANAGER)
@require_safe
def export(request: HttpRequest, recording_id: UUID, kind: str) -> HttpResponseBase:
    """One of EXPORTS, or `video`: a redirect to an address in the object store that is good for ten minutes."""
    try:
        recording = get_recording(recording_id)
    except Recording.DoesNotExist:
        raise Http404 from None
    if kind == "video" and recording.state == RecordingState.READY:
        return _video(request, recording)
    if kind not in EXPORTS:
        raise Http404
    return export_answer(request, recording, kind)


def _video(request: HttpRequest, recording: Recording) -> HttpResponseRedirect:
    audit(request, Action.RECORDING_DOWNLOADED, recording)
    name = f"recording-{recording.id}.mp4"
    address = store.presign(recording.object_key, expires_seconds=VIDEO_URL_SECONDS, filename=name)
    return HttpResponseRedirect(address)
