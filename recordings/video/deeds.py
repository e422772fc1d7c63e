"""What agents did in a session, as far as the desk has rows of it: for the log, exported or on the review page."""

from collections.abc import Iterator
from datetime import datetime

from assist.channel.deeds import deeds_of
from assist.channel.models import AssistSession, EndReason, HandOverState
from helpdesk.audit.models import Action, AuditEvent
from recordings.archive.export.lines import Deed

ANSWERS = {
    HandOverState.ACCEPTED: "hand_over",
    HandOverState.DECLINED: "hand_over_declined",
    HandOverState.WITHDRAWN: "hand_over_withdrawn",
}
NAMES = {
    Action.SESSION_WATCHED: "console_joined",
    Action.SESSION_LEFT: "console_left",
    Action.SESSION_ENDED: EndReason.AGENT_ENDED,
}


def agents_deeds(session: AssistSession) -> list[Deed]:
    """In the order of time; of an ended session, none of one that was never live. Needs the tenant's scope."""
    if session.started_at is None or session.ended_at is None:
        return []
    return sorted([*_accepted(session), *_hand_overs(session), *_noted(session)], key=lambda deed: deed[0])


def _accepted(session: AssistSession) -> Iterator[Deed]:
    request = session.request
    if request.answered_at:
        yield _since_start(session, request.answered_at), "accepted", str(request.answered_by or "")


def _hand_overs(session: AssistSession) -> Iterator[Deed]:
    """Who takes a session over without being asked has not offered it to anybody."""
    for row in session.hand_overs.select_related("offered_by", "to_agent"):
        to = str(row.to_agent or "")
        if row.offered_by_id != row.to_agent_id:
            yield _since_start(session, row.offered_at), "hand_over_offered", f"{row.offered_by or ''} → {to}"
        if row.answered_at and row.state in ANSWERS:
            yield _since_start(session, row.answered_at), ANSWERS[HandOverState(row.state)], to


def _noted(session: AssistSession) -> Iterator[Deed]:
    """Who had a console open when the visitor came is there from the start; who had left it by then saw nothing."""
    assert session.started_at
    assert session.ended_at
    events = deeds_of(session.id, until=session.ended_at)
    before = {event.actor_id: event for event in events if event.at < session.started_at}
    there = [event for event in before.values() if event.action == Action.SESSION_WATCHED]
    for event in [*there, *(event for event in events if event.at >= session.started_at)]:
        yield _since_start(session, event.at), NAMES[Action(event.action)], _name_of(event)


def _name_of(event: AuditEvent) -> str:
    """Without the address behind it."""
    return event.actor_name.partition(" <")[0]


def _since_start(session: AssistSession, moment: datetime) -> int:
    assert session.started_at
    return max(0, round((moment - session.started_at).total_seconds() * 1000))
