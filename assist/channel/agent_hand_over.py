"""A session goes from one agent to another: offered, then accepted by whom it was offered to.

The rows of `HandOver` stay: they say who handed over to whom, and when. The lock of the session's row comes first in
every call, so that of two at once one wins.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from assist.channel.actions import SessionEnded
from assist.channel.models import AssistSession, HandOver, HandOverState, SessionState
from assist.channel.queries import NoSession
from helpdesk.accounts.models import Role, User
from helpdesk.accounts.queries import people_of_tenant, role_of
from helpdesk.accounts.roles import role_includes
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.events import publish
from helpdesk.tickets.actions import NotAMember, change_ticket

PEOPLE = ("offered_by", "from_agent", "to_agent")


class NotStarted(RuntimeError):
    """The visitor has not agreed yet, to whoever asked."""


class NotAllowed(PermissionError):
    """Only the session's agent and managers hand it over; only who is asked may answer."""


class AlreadyOffered(RuntimeError):
    """Another offer waits for its answer; `offer` is it."""

    def __init__(self, offer: HandOver) -> None:
        super().__init__(offer.pk)
        self.offer = offer


class AlreadyTheirs(RuntimeError):
    """It is their session."""


class NoOffer(LookupError):
    """Nothing waits for an answer: it was answered or withdrawn before, or never offered."""


def offer_hand_over(session_id: UUID, *, by: User, to: User, now: datetime) -> HandOver:
    """Offer the session to a colleague; a manager who takes it over needs no answer.

    Raises `NoSession`, `SessionEnded`, `NotStarted`, `NotAllowed`, `NotAMember`, `AlreadyTheirs`, `AlreadyOffered`.
    """
    session = _lock(session_id)
    _require_right(session, by)
    if role_of(to.pk) is None:
        raise NotAMember
    if session.agent_id == to.pk:
        raise AlreadyTheirs
    if open_offer := offers().filter(session=session).first():
        raise AlreadyOffered(open_offer)
    offer = HandOver.objects.create(
        session=session, offered_by=by, from_agent_id=session.agent_id, to_agent=to, offered_at=now
    )
    if to.pk == by.pk:
        _take(session, to)
        _close(offer, HandOverState.ACCEPTED, now=now)
    _announce(offer, kind="hand_over.offered")
    return offer


def accept_hand_over(session_id: UUID, *, by: User, now: datetime) -> HandOver:
    """The session and its ticket are now theirs; raises `NoSession`, `SessionEnded`, `NoOffer`, `NotAllowed`."""
    session = _lock(session_id)
    offer = _offer_to(session, by)
    if role_of(by.pk) is None:
        raise NotAllowed
    _take(session, by)
    return _close(offer, HandOverState.ACCEPTED, now=now)


def decline_hand_over(session_id: UUID, *, by: User, now: datetime) -> HandOver:
    """The session stays whose it is; raises as `accept_hand_over`."""
    return _close(_offer_to(_lock(session_id), by), HandOverState.DECLINED, now=now)


def withdraw_hand_over(session_id: UUID, *, by: User, now: datetime) -> HandOver:
    """Before it is answered; raises `NoSession`, `SessionEnded`, `NoOffer`, `NotAllowed`."""
    session = _lock(session_id)
    offer = _open_offer(session)
    if offer.offered_by_id != by.pk:
        _require_right(session, by)
    return _close(offer, HandOverState.WITHDRAWN, now=now)


def offers() -> QuerySet[HandOver]:
    """What waits for an answer, with its people and what they read of the session."""
    waiting = HandOver.objects.filter(state=HandOverState.OFFERED).order_by("offered_at")
    return waiting.select_related(*PEOPLE, "session__request__ticket")


def offers_to(person: User) -> QuerySet[HandOver]:
    return offers().filter(to_agent=person)


def hand_overs_of(session_id: UUID) -> QuerySet[HandOver]:
    """All, the oldest first."""
    return HandOver.objects.filter(session_id=session_id).select_related(*PEOPLE).order_by("offered_at", "id")


def may_hand_over(session: AssistSession, person: User) -> bool:
    """Whose session it is, and managers."""
    role = role_of(person.pk)
    needed = Role.AGENT if session.agent_id in (person.pk, None) else Role.MANAGER
    return role is not None and role_includes(role, needed)


def colleagues_for(session: AssistSession) -> QuerySet[User]:
    """Everybody of the tenant who could take the session over."""
    return people_of_tenant().exclude(id=session.agent_id) if session.agent_id else people_of_tenant()


def _lock(session_id: UUID) -> AssistSession:
    session = AssistSession.objects.select_for_update().filter(id=session_id).first()
    if session is None:
        raise NoSession(session_id)
    if session.state == SessionState.ENDED:
        raise SessionEnded(session_id)
    if session.state == SessionState.WAITING:
        raise NotStarted(session_id)
    return session


def _require_right(session: AssistSession, person: User) -> None:
    if not may_hand_over(session, person):
        raise NotAllowed


def _open_offer(session: AssistSession) -> HandOver:
    offer = offers().filter(session=session).first()
    if offer is None:
        raise NoOffer
    return offer


def _offer_to(session: AssistSession, person: User) -> HandOver:
    offer = _open_offer(session)
    if offer.to_agent_id != person.pk:
        raise NotAllowed
    return offer


def _take(session: AssistSession, person: User) -> None:
    session.agent = person
    session.save(update_fields=["agent"])
    change_ticket(session.request.ticket, changes={"assignee": person})
    agent = {"id": str(person.pk), "public_name": person.name}
    publish(current_tenant_id(), "session", session.pk, kind="agent", payload=agent)


def _close(offer: HandOver, state: HandOverState, *, now: datetime) -> HandOver:
    offer.state, offer.answered_at = state, now
    offer.save(update_fields=["state", "answered_at"])
    _announce(offer, kind="hand_over.answered")
    return offer


def _announce(offer: HandOver, *, kind: str) -> None:
    payload = {"session": str(offer.session_id), "state": str(offer.state), "to": str(offer.to_agent_id)}
    publish(current_tenant_id(), "desk", kind=kind, payload=payload)
