"""Where managers make and revoke the share links of one recording."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.accounts.models import Role
from helpdesk.accounts.people import person_of
from helpdesk.accounts.roles import role_required
from helpdesk.audit.actors import actor_of
from recordings.review.access import recording_or_404
from recordings.share.actions import HOURS_DEFAULT, TooManyLinks, create_share_link, revoke_share_link
from recordings.share.queries import share_links
from recordings.video.models import Recording

LIVES = [(1, _("1 hour")), (24, _("1 day")), (7 * 24, _("7 days")), (30 * 24, _("30 days"))]


class ShareForm(forms.Form):
    hours = forms.TypedChoiceField(choices=LIVES, coerce=int, initial=HOURS_DEFAULT, label=_("Counts for"))
    note = forms.CharField(max_length=200, required=False, label=_("For whom"))


@never_cache
@role_required(Role.MANAGER)
@require_http_methods(["GET", "POST"])
def shares(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """POST makes a link and answers with the page that shows it, this once."""
    recording = recording_or_404(request, recording_id)
    if request.method == "GET":
        return _page(request, recording, form=ShareForm())
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _page(request, recording, form=form, status=400)
    try:
        _link, url = create_share_link(
            recording,
            **form.cleaned_data,
            actor=actor_of(request),
            created_by=person_of(request),
            now=timezone.now(),
        )
    except TooManyLinks:
        form.add_error(None, _("This recording has as many links as it may have: revoke one first."))
        return _page(request, recording, form=form, status=409)
    return _page(request, recording, form=ShareForm(), new_url=url)


@role_required(Role.MANAGER)
@require_POST
def revoke(request: HttpRequest, recording_id: UUID, link_id: UUID) -> HttpResponse:
    recording = recording_or_404(request, recording_id)
    link = get_object_or_404(share_links().filter(recording=recording), pk=link_id)
    revoke_share_link(link, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("The link is revoked: who opens it or watches by it is refused from now on."))
    return redirect("recording_shares", recording.pk)


def _page(request: HttpRequest, recording: Recording, *, status: int = 200, **context: Any) -> HttpResponse:
    links = share_links().filter(recording=recording)
    context |= {"section": "recordings", "recording": recording, "links": links, "now": timezone.now()}
    return render(request, "share/links.html", context, status=status)
