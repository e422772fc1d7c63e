"""What a ticket's page shows beside its conversation, and what every page shows live."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assist.channel.agent_hand_over import offers_to
from assist.channel.models import HandOver
from assist.channel.quality import QualitySummary, quality_of
from assist.requests.models import AssistRequest, RequestState
from helpdesk.accounts.models import User
from helpdesk.tickets.models import Ticket

SHOWN_MAX = 20


@dataclass(frozen=True)
class Assistance:
    """A request with its session, agent and recording; `quality` once there is a session."""

    request: AssistRequest
    quality: QualitySummary | None


def assistance_of(ticket: Ticket) -> list[Assistance]:
    """Of the newest requests of a ticket."""
    related = ("session__agent", "session__recording", "session__quality")
    requests = AssistRequest.objects.filter(ticket=ticket).select_related(*related).order_by("-created_at")
    return [Assistance(request, _quality(request)) for request in requests[:SHOWN_MAX]]


def _quality(request: AssistRequest) -> QualitySummary | None:
    session = getattr(request, "session", None)
    return quality_of(session) if session else None


def waiting_now(person: User) -> dict[str, Any]:
    """`{"count", "requests": [{"id", "who", "page"}], "hand_overs": [{"id", "agent", "who"}]}`, the newest first.

    `hand_overs` are sessions that are offered to the person, by the session's id.
    """
    pending = AssistRequest.objects.filter(state=RequestState.PENDING)
    newest = pending.order_by("-created_at")[:SHOWN_MAX]
    offered = [_offer_line(offer) for offer in offers_to(person)]
    return {"count": pending.count(), "requests": [_line(request) for request in newest], "hand_overs": offered}


def _offer_line(offer: HandOver) -> dict[str, str]:
    who = offer.session.request.visitor_name or _("A visitor")
    return {"id": str(offer.session_id), "agent": str(offer.offered_by or _("An agent")), "who": who}


def _line(request: AssistRequest) -> dict[str, str]:
    who = request.visitor_name or request.visitor_email or _("A visitor")
    return {"id": str(request.pk), "who": who, "page": request.page_title or request.page_url}
