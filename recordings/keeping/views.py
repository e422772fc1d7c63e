"""Holding and deleting one recording at the desk, for managers and admins."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assist.channel.queries import NoSession
from helpdesk.accounts.models import Role
from helpdesk.accounts.people import person_of
from helpdesk.accounts.roles import role_required
from helpdesk.audit.actors import actor_of
from helpdesk.audit.models import Action
from recordings.keeping.deletion import delete_session
from recordings.keeping.forms import HoldForm
from recordings.keeping.holds import AlreadyHeld, place_hold, release_hold
from recordings.keeping.queries import hold_of
from recordings.keeping.words import Refusals, refusal_words
from recordings.video.models import Recording
from recordings.video.queries import get_recording


@never_cache
@role_required(Role.MANAGER)
@require_POST
def hold(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    recording, form = _recording(recording_id), HoldForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing is held yet: give a reason of at most 500 characters."))
        return redirect("recording", recording_id)
    reason, person = form.cleaned_data["reason"], person_of(request)
    try:
        place_hold(recording.session_id, reason=reason, person=person, actor=actor_of(request), now=timezone.now())
        messages.success(request, _("Held: the recording stays until the hold is released."))
    except AlreadyHeld:
        messages.warning(request, _("A legal hold is there already, by somebody else; it is left as it is."))
    except NoSession as refused:
        return _gone(request, refused)
    return redirect("recording", recording_id)


@never_cache
@role_required(Role.MANAGER)
@require_POST
def release(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Who comes second finds none."""
    found = hold_of(_recording(recording_id).session_id)
    if found:
        release_hold(found, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("The hold is released."))
    return redirect("recording", recording_id)


@never_cache
@role_required(Role.MANAGER)
@require_POST
def delete(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    recording = _recording(recording_id)
    session_id, actor = recording.session_id, actor_of(request)
    try:
        delete_session(session_id, action=Action.SESSION_DELETED, actor=actor, now=timezone.now())
    except NoSession as refused:
        return _gone(request, refused)
    except Refusals as refused:
        messages.error(request, refusal_words(refused)[1])
        return redirect("recording", recording_id)
    messages.success(request, _("The recording is deleted, with its archive, video and pages."))
    return redirect("recordings")


def _gone(request: HttpRequest, refused: NoSession) -> HttpResponse:
    """To the list: the page of the recording is no more."""
    messages.error(request, refusal_words(refused)[1])
    return redirect("recordings")


def _recording(recording_id: UUID) -> Recording:
    try:
        return get_recording(recording_id)
    except Recording.DoesNotExist:
        raise Http404 from None
