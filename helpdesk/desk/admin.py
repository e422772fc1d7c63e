"""Lists and forms of the desk, with rights by role."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from helpdesk.accounts.models import Role
from helpdesk.accounts.roles import role_includes
from helpdesk.desk.filters import AssigneeFilter, PriorityFilter, QueueFilter, StatusFilter
from helpdesk.desk.forms import ContactForm, QueueForm
from helpdesk.desk.listing import CappedPaginator, DeskChangeList, TicketChangeList
from helpdesk.desk.scorecard_form import ScorecardForm
from helpdesk.desk.site import desk_site
from helpdesk.tickets.actions import save_contact, save_queue
from helpdesk.tickets.models import Contact, Queue, Ticket
from helpdesk.tickets.queries import search
from recordings.review.models import Scorecard
from recordings.review.scorecards import SCORECARDS_MAX, save_scorecard


class DeskAdmin(ModelAdmin):
    """Nothing is deleted here, and nothing goes to the stock admin's log, which knows no tenants."""

    role = Role.AGENT
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_fullwidth = True
    list_filter_submit = True
    actions = None

    def _includes(self, request: HttpRequest) -> bool:
        return role_includes(request.membership.role, self.role)  # type: ignore[attr-defined]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._includes(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._includes(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._includes(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._includes(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeskChangeList]:
        return DeskChangeList

    def get_urls(self) -> list[URLPattern]:
        app, model = self.opts.app_label, self.opts.model_name
        views = {"changelist": (self.changelist_view, ""), "add": (self.add_view, "add/")}
        views["change"] = (self.change_view, "<path:object_id>/change/")
        wrap = self.admin_site.admin_view
        base = f"{app}/{model}/"
        return [path(base + tail, wrap(view), name=f"{app}_{model}_{name}") for name, (view, tail) in views.items()]


class TicketAdmin(DeskAdmin):
    list_display = ("number_label", "subject", "contact", "queue", "status", "priority", "assignee", "changed")
    list_display_links = ("number_label", "subject")
    list_select_related = ("contact", "queue", "assignee")
    list_filter = (StatusFilter, QueueFilter, PriorityFilter, AssigneeFilter)
    search_fields = ("number", "subject", "contact__name", "contact__email")
    search_help_text = _("Number, subject or contact")
    sortable_by = ("number_label", "changed")
    ordering = ("-updated_at", "-number")

    def get_urls(self) -> list[URLPattern]:
        """The list only: a ticket has a page of its own."""
        return super().get_urls()[:1]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TicketChangeList]:
        return TicketChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        return search(queryset, text=search_term), False

    def number_label(self, ticket: Ticket) -> str:
        return f"#{ticket.number}"

    def changed(self, ticket: Ticket) -> str:
        return date_format(localtime(ticket.updated_at), "SHORT_DATETIME_FORMAT")

    changed.short_description = _("last change")  # type: ignore[attr-defined]
    changed.admin_order_field = "updated_at"  # type: ignore[attr-defined]

    number_label.short_description = _("number")  # type: ignore[attr-defined]
    number_label.admin_order_field = "number"  # type: ignore[attr-defined]


class ContactAdmin(DeskAdmin):
    form = ContactForm
    list_display = ("label", "email", "created_at")
    sortable_by = ("label", "email")
    search_fields = ("name", "email")
    search_help_text = _("Name or e-mail address")
    ordering = ("name", "email")

    def label(self, contact: Contact) -> str:
        return contact.name or "–"

    label.short_description = _("name")  # type: ignore[attr-defined]
    label.admin_order_field = "name"  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        save_contact(obj)


class QueueAdmin(DeskAdmin):
    role = Role.ADMIN
    form = QueueForm
    list_display = ("name", "is_default")
    ordering = ("name",)

    def save_model(self, request: HttpRequest, obj: Queue, form: Any, change: bool) -> None:
        save_queue(obj)


class ScorecardAdmin(DeskAdmin):
    role = Role.ADMIN
    form = ScorecardForm
    list_display = ("name", "is_active")
    ordering = ("-is_active", "name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and Scorecard.objects.count() < SCORECARDS_MAX

    def save_model(self, request: HttpRequest, obj: Scorecard, form: Any, change: bool) -> None:
        save_scorecard(obj)


desk_site.register(Scorecard, ScorecardAdmin)
desk_site.register(Ticket, TicketAdmin)
desk_site.register(Contact, ContactAdmin)
desk_site.register(Queue, QueueAdmin)
