"""What a ticket's page shows beside its conversation, and what every page shows live."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assist.requests.models import AssistRequest, RequestState
from helpdesk.tickets.models import Ticket

SHOWN_MAX = 20


def assistance_of(ticket: Ticket) -> QuerySet[AssistRequest]:
    """The newest requests of a ticket, each with its session, agent and recording."""
    related = ("session", "session__agent", "session__recording")
    return AssistRequest.objects.filter(ticket=ticket).select_related(*related).order_by("-created_at")[:SHOWN_MAX]


def waiting_now() -> dict[str, Any]:
    """`{"count", "requests": [{"id", "who", "page"}]}`: who waits for assistance, the newest first."""
    pending = AssistRequest.objects.filter(state=RequestState.PENDING)
    newest = pending.order_by("-created_at")[:SHOWN_MAX]
    return {"count": pending.count(), "requests": [_line(request) for request in newest]}


def _line(request: AssistRequest) -> dict[str, str]:
    who = request.visitor_name or request.visitor_email or _("A visitor")
    return {"id": str(request.pk), "who": who, "page": request.page_title or request.page_url}
