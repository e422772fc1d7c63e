"""Scorecards that a tenant defines, and the scores that managers give by them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from recordings.review.models import Score, Scorecard
from recordings.video.models import Recording

CRITERIA_MAX = 30
LABEL_MAX = 200
WEIGHT_MAX = 100
SCALE_MAX = 100
SCORECARDS_MAX = 50
COMMENT_MAX = 4000
FIELDS = {"label", "weight", "scale"}


class TooManyScorecards(RuntimeError):
    """A tenant has at most `SCORECARDS_MAX`."""


def validate_criteria(criteria: Any) -> None:
    """Raises `ValidationError` unless it is a list of `{label, weight, scale}`."""
    if not isinstance(criteria, list) or not 1 <= len(criteria) <= CRITERIA_MAX:
        text = _("A scorecard has 1 to %(most)d criteria.") % {"most": CRITERIA_MAX}
        raise ValidationError(text, code="criteria")
    for criterion in criteria:
        _validate_criterion(criterion)
    if len({criterion["label"] for criterion in criteria}) < len(criteria):
        raise ValidationError(_("Two criteria have the same name: rename one."), code="same_label")


def _validate_criterion(criterion: Any) -> None:
    if not isinstance(criterion, dict) or set(criterion) != FIELDS:
        raise ValidationError(_("Each criterion has “label”, “weight” and “scale”."), code="criterion")
    label = criterion["label"]
    if not isinstance(label, str) or not label.isprintable() or not 0 < len(label.strip()) <= LABEL_MAX:
        raise ValidationError(_("A criterion has a name of at most %(most)d characters.") % {"most": LABEL_MAX})
    for name, most in (("weight", WEIGHT_MAX), ("scale", SCALE_MAX)):
        value = criterion[name]
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            text = _("“%(name)s” is a whole number from 1 to %(most)d.") % {"name": name, "most": most}
            raise ValidationError(text, code=name)


def scorecards() -> QuerySet[Scorecard]:
    return Scorecard.objects.order_by("-is_active", "name")


def active_scorecards() -> QuerySet[Scorecard]:
    return Scorecard.objects.filter(is_active=True).order_by("name")


def save_scorecard(scorecard: Scorecard) -> Scorecard:
    """Keep it with criteria that `validate_criteria` has passed; scores that were given stay as they were.

    Raises `TooManyScorecards`.
    """
    if scorecard._state.adding and Scorecard.objects.count() >= SCORECARDS_MAX:
        raise TooManyScorecards(SCORECARDS_MAX)
    scorecard.save()
    return scorecard


def scores_of(recording: Recording) -> QuerySet[Score]:
    return Score.objects.filter(recording=recording).select_related("scorecard", "reviewer").order_by("-updated_at")


def give_score(
    recording: Recording, *, scorecard: Scorecard, reviewer: User, points: Sequence[int], comment: str = ""
) -> Score:
    """The reviewer's score, in place of an earlier one; `points` in the order of the criteria.

    Raises `ValidationError`.
    """
    validate_points(points, scorecard=scorecard)
    answers = [{**criterion, "points": given} for criterion, given in zip(scorecard.criteria, points, strict=True)]
    values = {"answers": answers, "percent": percent_of(answers), "comment": comment.strip()}
    score, _is_new = Score.objects.update_or_create(
        recording=recording, scorecard=scorecard, reviewer=reviewer, defaults=values
    )
    return score


def validate_points(points: Sequence[Any], *, scorecard: Scorecard) -> None:
    if len(points) != len(scorecard.criteria):
        raise ValidationError(_("Give points for each criterion of the scorecard."), code="points")
    for criterion, given in zip(scorecard.criteria, points, strict=True):
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= criterion["scale"]:
            values = {"label": criterion["label"], "most": criterion["scale"]}
            raise ValidationError(_("“%(label)s” takes 0 to %(most)d points.") % values, code="points")


def percent_of(answers: Sequence[Mapping[str, Any]]) -> Decimal:
    """The weighted mean of the shares of the scales."""
    weights = sum(answer["weight"] for answer in answers)
    given = sum(Decimal(answer["weight"] * answer["points"]) / answer["scale"] for answer in answers)
    return (100 * given / weights).quantize(Decimal("0.01"))
