"""Exports of a recording at the desk, for those who see all recordings: what is taken away leaves the desk's rules."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.accounts.models import Role
from helpdesk.accounts.roles import role_required
from helpdesk.api.problems import words_of
from helpdesk.tenants.streaming import TooManyStreams
from recordings.video.exports import EXPORTS, export_answer
from recordings.video.models import Recording
from recordings.video.queries import get_recording


@never_cache
@role_required(Role.MANAGER)
@require_safe
def export(request: HttpRequest, recording_id: UUID, kind: str) -> HttpResponseBase:
    """One of EXPORTS; back to the recording's page, which says why, while there are too many."""
    if kind not in EXPORTS:
        raise Http404
    try:
        return export_answer(request, get_recording(recording_id), kind)
    except Recording.DoesNotExist:
        raise Http404 from None
    except TooManyStreams as error:
        messages.error(request, words_of(error))
        return redirect(f"{reverse('recording', args=[recording_id])}#panels")
