"""Every write about assist requests, in the scope of the current tenant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from assist.requests.identity import Identity
from assist.requests.models import AssistRequest, RequestState
from assist.requests.queries import ticket_of_contact
from assist.requests.signals import accepted_request_cancelled
from helpdesk.accounts.models import User
from helpdesk.tenants.events import publish
from helpdesk.tenants.hours import is_open
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.secrets import new_secret, sha256_hex
from helpdesk.tickets.actions import find_or_create_contact, join_ticket, open_ticket
from helpdesk.tickets.models import Ticket


class AlreadyAnswered(Exception):
    """The request is no longer pending; `request` says its state and who answered."""

    def __init__(self, request: AssistRequest) -> None:
        super().__init__(request.state)
        self.request = request


class AlreadyBegun(Exception):
    """The session of the request has begun: it can be ended, and not be cancelled any more."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a visitor's page sends: checked values of the wire, see docs/visitor-page.md."""

    origin: str
    page_url: str
    page_title: str
    note: str
    language: str
    identity: Identity
    ticket_number: int | None = None


def create_request(asking: Asking, *, tenant: Tenant, now: datetime) -> tuple[AssistRequest, str]:
    """The request with its ticket, and the token with which the visitor's page follows it; agents see it at once."""
    is_answerable = is_open(tenant, now)
    token = new_secret()
    request = AssistRequest.objects.create(
        ticket=_ticket_for(asking),
        state=RequestState.PENDING if is_answerable else RequestState.OUTSIDE_HOURS,
        token_hash=sha256_hex(token),
        origin=asking.origin,
        page_url=asking.page_url,
        page_title=asking.page_title,
        note=asking.note,
        visitor_name=asking.identity.name,
        visitor_email=asking.identity.email,
        visitor_external_id=asking.identity.external_id,
        visitor_is_verified=asking.identity.is_verified,
        language=asking.language,
        expires_at=now + timedelta(seconds=tenant.answer_timeout_seconds if is_answerable else 0),
    )
    publish(tenant.id, "desk", kind="request.created", payload={"id": str(request.pk), "state": request.state})
    return request, token


def _ticket_for(asking: Asking) -> Ticket:
    """The named ticket for the verified person it belongs to. Anybody else gets a new one and is not told why,

    so that naming numbers tells nothing about other people's tickets.
    """
    identity = asking.identity
    if identity.is_verified and asking.ticket_number is not None:
        ticket = ticket_of_contact(asking.ticket_number, external_id=identity.external_id, email=identity.email)
        if ticket is not None:
            return join_ticket(ticket, body=asking.note)
    proven_id = identity.external_id if identity.is_verified else ""
    contact = find_or_create_contact(email=identity.email, name=identity.name, external_id=proven_id)
    return open_ticket(_subject(asking), contact=contact, body=asking.note)


def _subject(asking: Asking) -> str:
    first_line = asking.note.strip().split("\n")[0]
    place = asking.page_title or urlsplit(asking.page_url).path
    return first_line or _("Help wanted on “%(place)s”") % {"place": place}


def take_request(request_id: UUID, *, agent: User | None, now: datetime) -> AssistRequest:
    """Pending → accepted, for one agent only; raises `AlreadyAnswered`, `AssistRequest.DoesNotExist`."""
    return _answer(request_id, state=RequestState.ACCEPTED, agent=agent, now=now)


def decline_request(request_id: UUID, *, agent: User | None, reason: str = "", now: datetime) -> AssistRequest:
    """Pending → declined; the visitor reads `reason`. Raises as `take_request`."""
    return _answer(request_id, state=RequestState.DECLINED, agent=agent, now=now, decline_reason=reason.strip())


def cancel_request(request_id: UUID, *, now: datetime) -> AssistRequest:
    """The visitor takes the request back, accepted or not; what has ended otherwise stays as it is.

    Raises `AlreadyBegun`, and nothing has changed then.
    """
    with transaction.atomic():
        return _cancel(request_id, now=now)


def _cancel(request_id: UUID, *, now: datetime) -> AssistRequest:
    request = AssistRequest.objects.select_for_update().get(pk=request_id)
    was = request.state
    if was not in (RequestState.PENDING, RequestState.ACCEPTED):
        return request
    request.state = RequestState.CANCELLED
    request.save(update_fields=["state"])
    _announce(request)
    if was == RequestState.ACCEPTED:
        accepted_request_cancelled.send(sender=AssistRequest, request=request, now=now)
    return request


def give_up_request(request_id: UUID, *, now: datetime) -> bool:
    """Pending and overdue → unanswered; the visitor is told and the ticket stays. Safe to run twice."""
    overdue = AssistRequest.objects.filter(pk=request_id, state=RequestState.PENDING, expires_at__lte=now)
    if not overdue.update(state=RequestState.UNANSWERED):
        return False
    _announce(AssistRequest.objects.get(pk=request_id))
    return True


def forget_visitor(request: AssistRequest) -> bool:
    """Who asked, where and why; what is left says that somebody asked, when, and what became of it."""
    blank = {"note", "page_url", "page_title", "visitor_name", "visitor_email", "visitor_external_id"}
    if not any(getattr(request, name) for name in blank):
        return False
    request.visitor_is_verified = False
    for name in blank:
        setattr(request, name, "")
    request.save(update_fields=[*blank, "visitor_is_verified"])
    return True


def _answer(request_id: UUID, *, state: str, agent: User | None, now: datetime, **values: str) -> AssistRequest:
    pending = AssistRequest.objects.filter(pk=request_id, state=RequestState.PENDING)
    won = pending.update(state=state, answered_by=agent, answered_at=now, **values)
    request = AssistRequest.objects.select_related("answered_by", "ticket").get(pk=request_id)
    if not won:
        raise AlreadyAnswered(request)
    _announce(request)
    return request


def _announce(request: AssistRequest) -> None:
    by = str(request.answered_by) if request.answered_by else ""
    payload = {"id": str(request.pk), "state": request.state, "by": by}
    publish(request.tenant_id, "desk", kind="request.changed", payload=payload)
    publish(request.tenant_id, "request", request.pk, kind="state", payload={"state": request.state})
