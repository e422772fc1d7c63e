"""What people at the desk fill in; REST refuses the same things in the same words."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from helpdesk.accounts.queries import people_of_tenant
from helpdesk.api.scopes import Scope
from helpdesk.tenants import validation
from helpdesk.tickets.models import Contact, Priority, Queue, Ticket

Text = widgets.UnfoldAdminTextInputWidget
Area = widgets.UnfoldAdminTextareaWidget
Select = widgets.UnfoldAdminSelectWidget


class MessageForm(forms.Form):
    body = forms.CharField(max_length=100_000, label=_("Message"), widget=Area(attrs={"rows": 5, "required": True}))
    is_internal = forms.BooleanField(required=False)


class TicketForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Ticket
        fields = ("status", "priority", "queue", "assignee")
        widgets = dict.fromkeys(("status", "priority", "queue", "assignee"), Select)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queue: Any = self.fields["queue"]
        assignee: Any = self.fields["assignee"]
        queue.queryset = Queue.objects.order_by("name")
        assignee.queryset, assignee.empty_label = people_of_tenant(), _("Nobody")


class NewTicketForm(forms.Form):
    subject = forms.CharField(max_length=300, label=_("Subject"), widget=Text)
    name = forms.CharField(max_length=200, label=_("Contact's name"), required=False, widget=Text)
    email = forms.EmailField(
        label=_("Contact's e-mail address"), required=False, widget=widgets.UnfoldAdminEmailInputWidget
    )
    body = forms.CharField(max_length=100_000, label=_("What the contact said"), required=False, widget=Area)
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.NORMAL, label=_("Priority"), widget=Select)


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Contact
        fields = ("name", "email")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if email and Contact.objects.exclude(pk=self.instance.pk).filter(email=email).exists():
            raise ValidationError(_("Another contact has this address: open that one instead."), code="taken")
        return str(email)


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Queue
        fields = ("name", "is_default", "recording_days")
        help_texts = {"recording_days": _("Empty: as in the settings. 0: for ever.")}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Queue.objects.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise ValidationError(_("Another queue has this name: choose a different one."), code="taken")
        return str(name)


class PatternsField(forms.CharField):
    """One pattern a line."""

    def __init__(self, *, validate: Callable[[Any], None], **kwargs: Any) -> None:
        widget = Area(attrs={"rows": 4, "spellcheck": "false", "class": "code"})
        super().__init__(required=False, widget=widget, **kwargs)
        self.validate_patterns = validate

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        self.validate_patterns(value)


class DocumentField(forms.JSONField):
    """A JSON document; an empty field is `{}`."""

    empty_values = [None, ""]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, widget=Area(attrs={"rows": 10, "spellcheck": "false", "class": "code"}), **kwargs
        )

    def clean(self, value: Any) -> Any:
        return super().clean(value if (value or "").strip() else "{}")


def _seconds(setting: str, **kwargs: Any) -> forms.IntegerField:
    lowest, highest = validation.SECONDS_RANGES[setting]
    widget = widgets.UnfoldAdminIntegerFieldWidget
    return forms.IntegerField(min_value=lowest, max_value=highest, widget=widget, **kwargs)


class SettingsForm(forms.Form):
    name = forms.CharField(max_length=200, label=_("Name"), help_text=_("Visitors read it."), widget=Text)
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"), widget=Select)
    link_ttl_seconds = _seconds(
        "link_ttl_seconds", label=_("Life of an invite link"), help_text=_("Seconds until it must be clicked.")
    )
    answer_timeout_seconds = _seconds(
        "answer_timeout_seconds",
        label=_("Time to answer"),
        help_text=_("Seconds until a visitor is told that nobody is free."),
    )
    grace_seconds = _seconds(
        "grace_seconds",
        label=_("Grace after a lost connection"),
        help_text=_("Seconds until a session whose visitor vanished ends by itself."),
    )
    allowed_origins = PatternsField(
        label=_("Allowed origins"),
        help_text=_("One a line: https://app.example.com, https://*.example.com, http://localhost:*"),
        validate=validation.validate_origins,
    )
    asset_hosts = PatternsField(
        label=_("Hosts of assets"),
        help_text=_(
            "One a line: cdn.example.com, *.example.com. Pictures, style sheets and fonts of these sites that a "
            "visitor's browser shows and may not read are fetched by the desk, without cookies."
        ),
        validate=validation.validate_asset_hosts,
    )
    consent_text = forms.CharField(
        required=False,
        label=_("Consent text"),
        help_text=_(
            "Shown below our own text, which says in the visitor's language who will see what, and that it is "
            "recorded. {agent} and {tenant} stand for the names."
        ),
        validators=[validation.validate_consent_text],
        widget=Area(attrs={"rows": 4}),
    )
    recording_days = forms.IntegerField(
        min_value=0,
        max_value=validation.RECORDING_DAYS_MAX,
        label=_("Days recordings are kept"),
        help_text=_(
            "Counted from the end of a session; then its archive, video and pages are deleted, unless there is a "
            "legal hold. 0 keeps them for ever. A queue may have a number of its own."
        ),
        widget=widgets.UnfoldAdminIntegerFieldWidget,
    )
    video_shortens_idle = forms.BooleanField(
        required=False,
        label=_("Shorten idle stretches in videos"),
        help_text=_("Where nothing happened for ten seconds or more, the video shows it in four."),
    )
    video_has_frame = forms.BooleanField(
        required=False,
        label=_("Frame around the picture of videos"),
        help_text=_("Shows title, address and time, and whether an agent is there."),
    )
    hours = DocumentField(
        label=_("Opening hours"),
        help_text=_("JSON; empty is always open."),
        validators=[validation.validate_hours],
    )
    masking = DocumentField(
        label=_("Masking"),
        help_text=_(
            "JSON with lists of CSS selectors: allow, mask, block; what people type is masked unless allowed. "
            "And a list data of what is masked wherever it stands: card, phone, identity, email; "
            "and a list params of names of parameters of addresses."
        ),
        validators=[validation.validate_masking],
    )


class TokenForm(forms.Form):
    name = forms.CharField(max_length=200, label=_("Name"), help_text=_("Who or what uses it."), widget=Text)
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, label=_("Scopes"), widget=forms.CheckboxSelectMultiple, initial=Scope.values
    )
