"""The filters of the list: one form for the desk, for saved views and for the REST API's words."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Avg, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import people_of_tenant
from helpdesk.days import begin_of, end_of
from helpdesk.tickets.models import Queue
from recordings.review.models import Score
from recordings.search.tokens import query
from recordings.video.models import Recording

WORDS_MAX = 200
MINUTES_MAX = 24 * 60


def _minutes(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(required=False, min_value=0, max_value=MINUTES_MAX, label=label, widget=widget)


def _percent(label: Any) -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=0, max_value=100, label=label)


class RecordingFilterForm(forms.Form):
    """What is empty filters nothing."""

    q = forms.CharField(
        required=False,
        max_length=WORDS_MAX,
        label=_("Shown or typed in the session"),
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    url = forms.CharField(required=False, max_length=WORDS_MAX, label=_("Address of a page"))
    agent = forms.ModelChoiceField(User.objects.none(), required=False, empty_label=_("All"), label=_("Agent"))
    ticket = forms.CharField(required=False, max_length=20, label=_("Ticket number"))
    queue = forms.ModelChoiceField(Queue.objects.none(), required=False, empty_label=_("All"), label=_("Queue"))
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))
    min_minutes = _minutes(_("Minutes, at least"))
    max_minutes = _minutes(_("Minutes, at most"))
    min_score = _percent(_("Score, at least"))
    max_score = _percent(_("Score, at most"))

    def __init__(self, *args: Any, shows_scores: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not shows_scores:
            del self.fields["min_score"], self.fields["max_score"]
        agent: Any = self.fields["agent"]
        queue: Any = self.fields["queue"]
        agent.queryset, queue.queryset = people_of_tenant(), Queue.objects.order_by("name")

    def clean_ticket(self) -> int | None:
        number = self.cleaned_data["ticket"].strip().removeprefix("#")
        if not number:
            return None
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise ValidationError(_("A ticket number has digits only, as in #12."), code="number")
        return int(number)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for lowest, highest in (("since", "until"), ("min_minutes", "max_minutes"), ("min_score", "max_score")):
            low, high = found.get(lowest), found.get(highest)
            if low is not None and high is not None and low > high:
                self.add_error(highest, _("This is less than the one before: exchange them."))
        return found

    @property
    def words(self) -> str:
        return str(self.cleaned_data["q"])

    @property
    def tsquery(self) -> str:
        """Empty unless words or an address are looked for."""
        return query(self.words, address=self.cleaned_data["url"])

    def filtered(self, rows: QuerySet[Recording]) -> QuerySet[Recording]:
        """By everything but words and addresses, for which there is an index of its own (`recordings.search`)."""
        wanted = self.cleaned_data
        lookups = {
            "session__agent": wanted["agent"],
            "session__request__ticket__number": wanted["ticket"],
            "session__request__ticket__queue": wanted["queue"],
            "created_at__gte": wanted["since"] and begin_of(wanted["since"]),
            "created_at__lt": wanted["until"] and end_of(wanted["until"]),
            "duration_ms__gte": _ms(wanted["min_minutes"]),
            "duration_ms__lte": _ms(wanted["max_minutes"]),
        }
        rows = rows.filter(**{name: value for name, value in lookups.items() if value is not None})
        return scored_between(rows, wanted.get("min_score"), wanted.get("max_score"))

    def texts(self) -> dict[str, str]:
        """What was asked for, as it is kept in a saved view."""
        return {name: text for name in self.fields if (text := str(self.data.get(name, "")).strip())}


def scored_between(
    rows: QuerySet[Recording], lowest: int | Decimal | None, highest: int | Decimal | None
) -> QuerySet[Recording]:
    """Those whose scores, by all reviewers, average to that many percent; without bounds all, also unscored ones."""
    if lowest is None and highest is None:
        return rows
    means = Score.objects.values("recording_id").annotate(mean=Avg("percent"))
    bounds = {"mean__gte": lowest, "mean__lte": highest}
    means = means.filter(**{name: value for name, value in bounds.items() if value is not None})
    return rows.filter(id__in=means.values("recording_id"))


def _ms(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * 60_000
