"""Stage tickets: the right of one person to see one session on the stage origin, where there is no cookie."""

import time
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

STEP_SECONDS = 6 * 3600
_signer = Signer(salt="assist.console.stage")


class BadTicket(ValueError):
    """Not signed by us, or its time is over."""


@dataclass(frozen=True)
class StageTicket:
    """`expires_at` is in seconds since 1970."""

    tenant_id: UUID
    session_id: UUID
    user_id: UUID
    expires_at: int


def issue_ticket(*, tenant_id: UUID, session_id: UUID, user_id: UUID, now: float | None = None) -> str:
    """Good for 6 to 12 hours, and the same within a step of 6, so that a browser finds its cached assets again.

    The caller has checked that the person may see the session.
    """
    expires_at = (int(time.time() if now is None else now) // STEP_SECONDS + 2) * STEP_SECONDS
    return _signer.sign_object([tenant_id.hex, session_id.hex, user_id.hex, expires_at])


def read_ticket(ticket: str, *, now: float | None = None) -> StageTicket:
    """Raise BadTicket for anything that `issue_ticket` did not give out, or gave out too long ago."""
    try:
        tenant, session, user, expires_at = _signer.unsign_object(ticket)
    except (BadSignature, ValueError):
        raise BadTicket("unknown") from None
    if expires_at <= (time.time() if now is None else now):
        raise BadTicket("expired")
    return StageTicket(UUID(tenant), UUID(session), UUID(user), expires_at)


def stage_url(*, tenant_id: UUID, session_id: UUID, user_id: UUID) -> str:
    ticket = issue_ticket(tenant_id=tenant_id, session_id=session_id, user_id=user_id)
    return f"{settings.STAGE_ORIGIN}/stage/{ticket}/"
