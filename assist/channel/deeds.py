"""What people do with a running session, told to the audit log; the review page reads it from there."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from assist.channel.actions import end_session
from assist.channel.batches import write_later
from assist.channel.models import EndReason
from helpdesk.audit.actions import record
from helpdesk.audit.actors import Actor
from helpdesk.audit.models import Action, AuditEvent

SESSION = "session"
DEEDS = (Action.SESSION_WATCHED, Action.SESSION_LEFT, Action.SESSION_ENDED)


def end_by_agent(session_id: UUID, *, actor: Actor, now: datetime) -> bool:
    """As `end_session`, with who did it; raises `NoSession`."""
    is_first = end_session(session_id, reason=EndReason.AGENT_ENDED, now=now)
    if is_first:
        note_deed(session_id, action=Action.SESSION_ENDED, actor=actor, now=now)
    return is_first


def note_later(tenant_id: UUID, session_id: UUID, action: Action, *, actor: Actor) -> None:
    """Off the way of a socket."""
    write_later(tenant_id, note_deed, session_id, action=action, actor=actor, now=timezone.now())


def note_deed(session_id: UUID, *, action: Action, actor: Actor, now: datetime) -> AuditEvent:
    return record(action, actor=actor, object_kind=SESSION, object_id=session_id, now=now)


def deeds_of(session_id: UUID, *, until: datetime) -> list[AuditEvent]:
    """Up to that moment and including it, the oldest first."""
    return list(AuditEvent.objects.filter(object_id=session_id, action__in=DEEDS, at__lte=until).order_by("at", "id"))
