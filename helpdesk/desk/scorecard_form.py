"""A scorecard as people write it: one criterion a line."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from helpdesk.desk.forms import Area, Text
from recordings.review.models import Scorecard
from recordings.review.scorecards import validate_criteria


class CriteriaField(forms.CharField):
    """`name | weight | most points` a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=Area(attrs={"rows": 8}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{row['label']} | {row['weight']} | {row['scale']}" for row in value)

    def to_python(self, value: Any) -> Any:
        return [_criterion(line) for line in (value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        validate_criteria(value)

    def run_validators(self, value: Any) -> None:
        return None


class ScorecardForm(forms.ModelForm):  # type: ignore[type-arg]
    criteria = CriteriaField(
        label=_("Criteria"),
        help_text=_(
            "One a line: name | weight | most points, as in “Greeting | 1 | 5”. Scores that were given stay the same."
        ),
    )

    class Meta:
        model = Scorecard
        fields = ("name", "criteria", "is_active")
        widgets = {"name": Text, "is_active": UnfoldBooleanSwitchWidget}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Scorecard.objects.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise ValidationError(_("Another scorecard has this name: choose a different one."), code="taken")
        return str(name)


def _criterion(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.rsplit("|", 2)]
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts[1:]):
        text = _("“%(line)s” is no criterion: write name | weight | most points.")
        raise ValidationError(text % {"line": line.strip()[:80]}, code="criterion")
    return {"label": parts[0], "weight": int(parts[1]), "scale": int(parts[2])}
