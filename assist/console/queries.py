"""Reads of the waiting list and of the console."""

from uuid import UUID

from django.db.models import QuerySet

from assist.channel import agent_hand_over as hand_over
from assist.channel.models import AssistSession, HandOverState, SessionState
from assist.requests.models import AssistRequest, RequestState
from helpdesk.accounts.models import User

WAITING_SHOWN = 100
RUNNING_SHOWN = 50
ENDED_SHOWN = 10


def waiting_requests() -> QuerySet[AssistRequest]:
    """Who has waited longest comes first."""
    pending = AssistRequest.objects.filter(state=RequestState.PENDING)
    return pending.select_related("ticket").order_by("created_at")[:WAITING_SHOWN]


def running_sessions() -> QuerySet[AssistSession]:
    running = _sessions().exclude(state=SessionState.ENDED)
    return running.order_by("-created_at")[:RUNNING_SHOWN]


def ended_sessions() -> QuerySet[AssistSession]:
    return _sessions().filter(state=SessionState.ENDED).order_by("-created_at")[:ENDED_SHOWN]


def console_session(session_id: UUID) -> AssistSession | None:
    """With its request, ticket, link and agent."""
    return _sessions().filter(id=session_id).first()


def agents_context(session: AssistSession, person: User) -> dict[str, object]:
    """For `assist/agents.html`."""
    done = hand_over.hand_overs_of(session.pk)
    is_open = session.state in (SessionState.LIVE, SessionState.PAUSED)
    may = is_open and hand_over.may_hand_over(session, person)
    return {
        "session": session,
        "offer": next((row for row in done if row.state == HandOverState.OFFERED), None),
        "done": [row for row in done if row.state == HandOverState.ACCEPTED],
        "may_hand_over": may,
        "colleagues": hand_over.colleagues_for(session) if may else [],
    }


def _sessions() -> QuerySet[AssistSession]:
    return AssistSession.objects.select_related("request__ticket", "link", "agent", "quality")
