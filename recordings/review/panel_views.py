"""What reviewers say about a recording: notes and scores, as panels of its page, and the scorecards themselves."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.models import Role, User
from helpdesk.accounts.people import person_of
from helpdesk.accounts.queries import people_of_tenant
from helpdesk.accounts.roles import role_required
from recordings.review.access import recording_or_404, reviewer_of
from recordings.review.mentions import suggestions
from recordings.review.models import Score, Scorecard
from recordings.review.notes import (
    BODY_MAX,
    AfterTheEnd,
    Noted,
    NotYours,
    TooManyNotes,
    add_note,
    delete_note,
    notes_of,
)
from recordings.review.scorecards import COMMENT_MAX, active_scorecards, give_score, scores_of
from recordings.review.templatetags.review import clock
from recordings.video.models import Recording

# Offered while a note is written; the others can be called all the same.
PEOPLE_MAX = 500


class NoteForm(forms.Form):
    at_ms = forms.IntegerField(min_value=0)
    body = forms.CharField(max_length=BODY_MAX)


def panels_context(request: HttpRequest, recording: Recording) -> dict[str, Any]:
    """For `review/_panels.html`."""
    reviewer, notes = reviewer_of(request), list(notes_of(recording))
    scores = list(scores_of(recording)) if reviewer.sees_all else []
    return {
        "sees_all": reviewer.sees_all,
        "notes": [(note, reviewer.sees_all or note.author_id == reviewer.user_id) for note in notes],
        "scores": scores,
        "cards": [_card(card, scores, person_of(request)) for card in active_scorecards()] if reviewer.sees_all else [],
        "people": suggestions(people_of_tenant())[:PEOPLE_MAX],
        **_moment(request.GET.get("t", "")),
    }


def _moment(text: str) -> dict[str, Any]:
    """Where the page begins, and a note is pinned unless the player has moved on."""
    at_ms = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    return {"note_at": at_ms, "note_clock": clock(at_ms)}


def _card(card: Scorecard, scores: list[Score], person: User) -> dict[str, Any]:
    """The form of one scorecard, with what this person has given so far."""
    mine = next((s for s in scores if s.scorecard_id == card.pk and s.reviewer_id == person.pk), None)
    given = {answer["label"]: answer["points"] for answer in mine.answers} if mine else {}
    rows = [{**criterion, "points": given.get(criterion["label"], "")} for criterion in card.criteria]
    return {"card": card, "rows": rows, "mine": mine}


@require_POST
def add_note_view(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """POST `at_ms` and `body`."""
    recording, form = recording_or_404(request, recording_id), NoteForm(request.POST)
    if not form.is_valid():
        text = _("Nothing is noted: a note says something, in at most %(most)d characters.") % {"most": BODY_MAX}
        messages.error(request, text)
        return _back(recording)
    try:
        noted = add_note(recording, **form.cleaned_data, author=person_of(request))
    except AfterTheEnd:
        messages.error(request, _("Nothing is noted: the recording ends before that."))
    except TooManyNotes:
        messages.error(request, _("This recording has as many notes as it may have: delete one first."))
    else:
        _say(request, noted)
    return _back(recording, at_ms=form.cleaned_data["at_ms"])


def _say(request: HttpRequest, noted: Noted) -> None:
    messages.success(request, _("Noted at %(clock)s.") % {"clock": clock(noted.note.at_ms)})
    if noted.told:
        messages.success(request, _("Told by e-mail: %(people)s.") % {"people": ", ".join(map(str, noted.told))})
    if noted.blind:
        text = _("Not told, since they may not see this recording: %(people)s.")
        messages.warning(request, text % {"people": ", ".join(map(str, noted.blind))})


@require_POST
def delete_note_view(request: HttpRequest, recording_id: UUID, note_id: UUID) -> HttpResponse:
    recording = recording_or_404(request, recording_id)
    note = get_object_or_404(notes_of(recording), pk=note_id)
    try:
        delete_note(note, reviewer=reviewer_of(request))
    except NotYours:
        raise PermissionDenied from None
    messages.success(request, _("The note is deleted."))
    return _back(recording, at_ms=note.at_ms)


@role_required(Role.MANAGER)
@require_POST
def score_view(request: HttpRequest, recording_id: UUID, scorecard_id: UUID) -> HttpResponse:
    """POST `points_0`, `points_1`, … and `comment`."""
    recording = recording_or_404(request, recording_id)
    card = get_object_or_404(active_scorecards(), pk=scorecard_id)
    try:
        score = give_score(
            recording,
            scorecard=card,
            reviewer=person_of(request),
            points=_points(request.POST, len(card.criteria)),
            comment=request.POST.get("comment", "")[:COMMENT_MAX],
        )
    except ValidationError as error:
        messages.error(request, _("Nothing is scored: %(why)s") % {"why": " ".join(error.messages)})
    else:
        messages.success(request, _("Scored: %(percent)s %%.") % {"percent": f"{score.percent:f}"})
    return _back(recording)


def _points(given: QueryDict | Mapping[str, str], count: int) -> list[Any]:
    texts = [str(given.get(f"points_{at}", "")) for at in range(count)]
    return [int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None for text in texts]


def _back(recording: Recording, *, at_ms: int | None = None) -> HttpResponse:
    address = reverse("recording", args=[recording.pk])
    return redirect(f"{address}#panels" if at_ms is None else f"{address}?t={at_ms}#panels")
