"""The audit log, for admins."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.accounts.models import Role, User
from helpdesk.accounts.queries import people_of_tenant
from helpdesk.accounts.roles import role_required
from helpdesk.audit.models import Action, ActorKind, AuditEvent
from helpdesk.audit.queries import events
from helpdesk.days import begin_of, end_of
from helpdesk.desk.audit_words import lines_of
from helpdesk.desk.forms import Select, Text
from helpdesk.desk.pages import desk_page
from helpdesk.keyset import BadCursor, newest_first

PAGE_ROWS = 50


class AuditFilterForm(forms.Form):
    """What is empty filters nothing."""

    action = forms.ChoiceField(
        choices=[("", _("All")), *Action.choices], required=False, widget=Select, label=_("What")
    )
    actor_kind = forms.ChoiceField(
        choices=[("", _("All")), *ActorKind.choices], required=False, widget=Select, label=_("By whom or what")
    )
    person = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label=_("Everybody"), widget=Select, label=_("Person")
    )
    object_id = forms.UUIDField(required=False, widget=Text, label=_("Id of the object"))
    since = forms.DateField(required=False, label=_("From"), widget=Text(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=Text(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = people_of_tenant()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            raise ValidationError(_("“From” is after “To”: exchange them."), code="order")
        return found

    def filtered(self, rows: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Days are whole days, the last one included, in the time zone of the desk."""
        wanted = self.cleaned_data
        lookups = {
            "action": wanted["action"],
            "actor_kind": wanted["actor_kind"],
            "actor_id": wanted["person"] and wanted["person"].pk,
            "object_id": wanted["object_id"],
            "at__gte": wanted["since"] and begin_of(wanted["since"]),
            "at__lt": wanted["until"] and end_of(wanted["until"]),
        }
        return rows.filter(**{name: value for name, value in lookups.items() if value})


@never_cache
@role_required(Role.ADMIN)
@require_safe
def audit_view(request: HttpRequest) -> HttpResponse:
    """The newest first; `?before=` continues. A filter that makes no sense shows nothing and says why."""
    form = AuditFilterForm(request.GET)
    rows = form.filtered(events()) if form.is_valid() else AuditEvent.objects.none()
    try:
        page = newest_first(rows, by="at", cursor=request.GET.get("before", ""), size=PAGE_ROWS)
    except BadCursor:
        raise Http404 from None
    filters = request.GET.copy()
    filters.pop("before", None)
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "lines": lines_of(page.rows),
        "filters": filters.urlencode(),
        "has_filters": any(filters.values()),
    }
    return desk_page(request, "desk/audit.html", title=_("Audit log"), **context)
