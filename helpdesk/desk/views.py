"""Pages of the desk that are not plain lists and forms."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.accounts.models import Role
from helpdesk.accounts.people import person_of
from helpdesk.accounts.roles import role_includes
from helpdesk.desk.audit_views import audit_view
from helpdesk.desk.erasure_views import erasure_report_view, erasure_view, erasures_view
from helpdesk.desk.forms import MessageForm, NewTicketForm, TicketForm
from helpdesk.desk.pages import desk_page
from helpdesk.desk.queries import assistance_of, waiting_now
from helpdesk.desk.settings_views import create_token_view, revoke_token_view, settings_view, start_mapping_view
from helpdesk.tickets.actions import add_message, change_ticket, find_or_create_contact, open_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import conversation


def url_patterns(wrap: Callable[..., Any]) -> list[URLPattern]:
    """`wrap` is the site's own gate."""
    return [
        path("live/", wrap(live_view), name="live"),
        path("tickets/new/", wrap(new_ticket_view), name="tickets_ticket_add"),
        path("tickets/<int:number>/", wrap(ticket_view), name="ticket"),
        path("tickets/<int:number>/messages/", wrap(add_message_view), name="add_message"),
        path("tickets/<int:number>/change/", wrap(change_ticket_view), name="change_ticket"),
        path("audit/", wrap(audit_view), name="audit"),
        path("erasures/", wrap(erasures_view), name="erasures"),
        path("erasures/<uuid:erasure_id>/", wrap(erasure_view), name="erasure"),
        path("erasures/<uuid:erasure_id>/report/", wrap(erasure_report_view), name="erasure_report"),
        path("settings/", wrap(settings_view), name="settings"),
        path("settings/tokens/", wrap(create_token_view), name="create_token"),
        path("settings/tokens/<uuid:token_id>/revoke/", wrap(revoke_token_view), name="revoke_token"),
        path("settings/native-mappings/start/", wrap(start_mapping_view), name="start_mapping"),
    ]


@require_safe
def live_view(request: HttpRequest) -> HttpResponse:
    """Who waits for assistance; pages ask after each event of their socket."""
    return JsonResponse(waiting_now(person_of(request)))


@require_safe
def ticket_view(request: HttpRequest, number: int) -> HttpResponse:
    ticket = _ticket(number)
    return _ticket_page(request, ticket, message_form=MessageForm(), ticket_form=TicketForm(instance=ticket))


@require_POST
def add_message_view(request: HttpRequest, number: int) -> HttpResponse:
    ticket, form = _ticket(number), MessageForm(request.POST)
    if not form.is_valid():
        return _ticket_page(request, ticket, message_form=form, ticket_form=TicketForm(instance=ticket), status=400)
    add_message(ticket, author=person_of(request), **form.cleaned_data)
    return redirect("desk:ticket", number=number)


@require_POST
def change_ticket_view(request: HttpRequest, number: int) -> HttpResponse:
    ticket = _ticket(number)
    form = TicketForm(request.POST, instance=_ticket(number))
    if not form.is_valid():
        return _ticket_page(request, ticket, message_form=MessageForm(), ticket_form=form, status=400)
    change_ticket(ticket, changes=form.cleaned_data)
    messages.success(request, _("The ticket is changed."))
    return redirect("desk:ticket", number=number)


def new_ticket_view(request: HttpRequest) -> HttpResponse:
    form = NewTicketForm(request.POST or None)
    if not form.is_valid():
        return desk_page(request, "desk/new_ticket.html", title=_("New ticket"), form=form)
    fields = form.cleaned_data
    contact = find_or_create_contact(email=fields["email"], name=fields["name"])
    ticket = open_ticket(
        fields["subject"],
        contact=contact,
        body=fields["body"],
        priority=fields["priority"],
        assignee=person_of(request),
    )
    return redirect("desk:ticket", number=ticket.number)


def _ticket(number: int) -> Ticket:
    return get_object_or_404(Ticket.objects.select_related("contact", "queue", "assignee"), number=number)


def _ticket_page(request: HttpRequest, ticket: Ticket, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "ticket": ticket,
        "conversation": conversation(ticket),
        "assistance": assistance_of(ticket),
        "shows_recordings": role_includes(request.membership.role, Role.MANAGER),  # type: ignore[attr-defined]
        **forms,
    }
    return desk_page(
        request,
        "desk/ticket.html",
        title=_("Ticket #%(number)d") % {"number": ticket.number},
        subtitle=ticket.subject,
        status=status,
        **context,
    )
