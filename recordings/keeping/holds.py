"""Legal holds: while there is one, neither age nor an erasure nor a person deletes the session."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from assist.channel.actions import lock_session
from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.audit.actors import Actor
from helpdesk.audit.models import Action
from recordings.keeping.models import LegalHold

SESSION = "session"


class AlreadyHeld(RuntimeError):
    """The session has a legal hold; release that one first."""


def place_hold(session_id: UUID, *, reason: str, person: User | None, actor: Actor, now: datetime) -> LegalHold:
    """Raise `AlreadyHeld`, and `NoSession` for one that is not there, or not any more."""
    lock_session(session_id)
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(session_id=session_id, reason=reason, placed_by=person, placed_at=now)
    except IntegrityError:
        raise AlreadyHeld(session_id) from None
    _tell(Action.HOLD_PLACED, hold, actor=actor, now=now)
    return hold


def release_hold(hold: LegalHold, *, actor: Actor, now: datetime) -> None:
    """What was due meanwhile goes with the next sweep."""
    _tell(Action.HOLD_RELEASED, hold, actor=actor, now=now)
    hold.delete()


def _tell(action: Action, hold: LegalHold, *, actor: Actor, now: datetime) -> None:
    record(
        action,
        actor=actor,
        object_kind=SESSION,
        object_id=hold.session_id,
        now=now,
        details={"reason": hold.reason},
    )
