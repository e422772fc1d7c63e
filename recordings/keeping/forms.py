"""What people say when they hold a session, or erase a visitor's."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class HoldForm(forms.Form):
    reason = forms.CharField(
        max_length=500, label=_("Reason"), help_text=_("Such as a case number. It is kept in the audit log.")
    )


class ErasureForm(forms.Form):
    """Whose sessions; none of it is kept but the reference."""

    email = forms.EmailField(required=False, label=_("Visitor's e-mail address"))
    external_id = forms.CharField(
        max_length=200,
        required=False,
        label=_("Visitor's id"),
        help_text=_("The id by which your application identified the visitor."),
    )
    reference = forms.CharField(
        max_length=100,
        required=False,
        label=_("Reference"),
        help_text=_("Your own sign for it, such as a case number. It stands in the report: no personal data, please."),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and not (found.get("email") or found.get("external_id")):
            raise ValidationError(_("Give the visitor's e-mail address, or the id, or both."), code="nobody_named")
        return found
