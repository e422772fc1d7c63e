"""Every read about assist requests, in the scope of the current tenant."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assist.requests.delivery import link_of
from assist.requests.link_state import OPEN, link_state
from assist.requests.models import AssistRequest, RequestState
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Ticket


class RequestStatus(TypedDict, total=False):
    """What the visitor's page is told; `agent_name` and `link_state` (`LinkState`) once an agent has accepted, the link

    while it is open.
    """

    state: str
    message: str
    agent_name: str
    link_state: str
    link: str
    link_expires_at: str


def waiting_requests() -> QuerySet[AssistRequest]:
    """Oldest first."""
    return assist_requests(state=RequestState.PENDING)


def assist_requests(*, state: str = "") -> QuerySet[AssistRequest]:
    """Of the current tenant, oldest first; those in `state` only where one is given."""
    rows = AssistRequest.objects.select_related("ticket", "answered_by").order_by("created_at", "id")
    return rows.filter(state=state) if state else rows


def overdue_requests(now: datetime) -> QuerySet[AssistRequest]:
    """Of all tenants; works only inside the listed use `assist.requests.sweep`."""
    return AssistRequest.across_tenants.filter(state=RequestState.PENDING, expires_at__lte=now)


def answerer_name(request: AssistRequest) -> str:
    """The agent as visitors see it: never an e-mail address."""
    agent = request.answered_by
    return agent.name if agent is not None and agent.name else _("An agent")


def request_status(request_id: UUID) -> RequestStatus:
    """In the language that is active now; raises `AssistRequest.DoesNotExist`."""
    request = AssistRequest.objects.select_related("tenant", "answered_by").get(pk=request_id)
    status = RequestStatus(state=request.state, message=state_message(request, tenant=request.tenant))
    if request.state == RequestState.ACCEPTED:
        status["agent_name"] = answerer_name(request)
        status.update(_link_part(request))
    return status


def _link_part(request: AssistRequest) -> RequestStatus:
    now = link_state(request.pk)
    if now.state != OPEN:
        return RequestStatus(link_state=now.state, message=now.message)
    delivery = link_of(request.pk, tenant_id=request.tenant_id)
    if delivery is None:
        return RequestStatus(link_state=OPEN, message=_("The link did not reach this page. Ask for help again."))
    return RequestStatus(link_state=OPEN, link=delivery["link"], link_expires_at=delivery["link_expires_at"])


def state_message(request: AssistRequest, *, tenant: Tenant) -> str:
    """What happened and what the visitor can do next."""
    values = {"tenant": tenant.name, "agent": answerer_name(request), "reason": request.decline_reason}
    return _state_text(request, tenant=tenant) % values


def _state_text(request: AssistRequest, *, tenant: Tenant) -> str:
    if request.state == RequestState.PENDING:
        return _pending_text(tenant)
    if request.state == RequestState.DECLINED and request.decline_reason:
        return _("%(agent)s can't help right now: %(reason)s")
    return {
        RequestState.ACCEPTED: _("%(agent)s will help you. Open the link to go on."),
        RequestState.DECLINED: _("%(agent)s can't help right now. Your ticket stays, and you will get an answer."),
        RequestState.CANCELLED: _("You cancelled the request. You can ask again at any time."),
        RequestState.UNANSWERED: _("Nobody was free to answer in time. Your ticket stays, and you can ask again."),
        RequestState.OUTSIDE_HOURS: _("%(tenant)s is closed right now. Your ticket stays, and you will get an answer."),
    }[RequestState(request.state)]


def _pending_text(tenant: Tenant) -> str:
    minutes = max(1, round(tenant.answer_timeout_seconds / 60))
    return ngettext(
        "Your request was sent to %%(tenant)s. You will hear within %(minutes)d minute.",
        "Your request was sent to %%(tenant)s. You will hear within %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


def ticket_of_contact(number: int, *, external_id: str, email: str) -> Ticket | None:
    """The ticket with this number if it belongs to exactly this (verified) person."""
    ticket = Ticket.objects.select_related("contact").filter(number=number).first()
    if ticket is None:
        return None
    same_id = bool(external_id) and ticket.contact.external_id == external_id
    same_address = bool(email) and ticket.contact.email == email.lower()
    return ticket if same_id or same_address else None
