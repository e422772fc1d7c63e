"""Reads of assist sessions; all of them run in a tenant's scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assist.channel.models import AssistSession, SessionState
from helpdesk.tenants.context import current_tenant_id


class NoSession(LookupError):
    """This tenant has no such assist session."""


@dataclass(frozen=True)
class SessionFacts:
    """What a connection needs of the row: `durable_seqs` is `{tab: seq}`, `viewport` as in the model.

    `agent_name` is what visitors read: never an e-mail address, empty for somebody without a name.
    """

    id: UUID
    tenant_id: UUID
    state: str
    started_at_ms: float | None
    ended_at_ms: float | None
    end_reason: str
    visitor_name: str
    viewport: dict[str, Any] | None
    durable_seqs: dict[str, int]
    agent_id: UUID | None
    agent_name: str

    def summary(self, *, state: str, since: float | None) -> dict[str, Any]:
        """As `SessionSummary` of the protocol."""
        summary = {
            "id": str(self.id),
            "state": state,
            "started_at": self.started_at_ms,
            "ended_at": self.ended_at_ms,
            "end_reason": self.end_reason or None,
            "since": since,
            "viewport": self.viewport,
            "visitor_name": self.visitor_name,
        }
        return {name: value for name, value in summary.items() if value is not None}


def get_session(session_id: UUID) -> AssistSession:
    """Raise `NoSession`."""
    row = AssistSession.objects.select_related("request", "agent").filter(id=session_id).first()
    if row is None:
        raise NoSession(session_id)
    return row


def session_is_open(session_id: UUID) -> bool:
    """It is there and has not ended."""
    return AssistSession.objects.filter(id=session_id).exclude(state=SessionState.ENDED).exists()


def facts_of(row: AssistSession) -> SessionFacts:
    return SessionFacts(
        id=row.id,
        tenant_id=current_tenant_id(),
        state=row.state,
        started_at_ms=_ms(row.started_at),
        ended_at_ms=_ms(row.ended_at),
        end_reason=row.end_reason,
        visitor_name=row.request.visitor_name,
        viewport=row.viewport,
        durable_seqs=row.durable_seqs,
        agent_id=row.agent_id,
        agent_name=row.agent.name if row.agent else "",
    )


def agents_of(session_ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """Whose sessions they are, as everybody at one is told: `{"id", "public_name"}`."""
    rows = AssistSession.objects.filter(id__in=session_ids).values_list("id", "agent_id", "agent__name")
    return {session_id: {"id": str(agent_id), "public_name": name or ""} for session_id, agent_id, name in rows}


def _ms(time: datetime | None) -> float | None:
    return time.timestamp() * 1000 if time else None


def open_sessions_of_all_tenants() -> list[tuple[UUID, UUID]]:
    """(tenant, session) of every session that has begun and not ended; for the listed sweeps only."""
    rows = AssistSession.across_tenants.filter(state__in=[SessionState.LIVE, SessionState.PAUSED])
    return list(rows.values_list("tenant_id", "id"))


def unopened_sessions_of_all_tenants() -> list[tuple[UUID, UUID]]:
    """(tenant, session) of every session whose visitor has agreed and never said hello; for the listed sweeps only."""
    rows = AssistSession.across_tenants.filter(state=SessionState.WAITING, link__redeemed_at__isnull=False)
    return list(rows.values_list("tenant_id", "id"))


def sessions_without_archive_of_all_tenants() -> list[tuple[UUID, UUID]]:
    """(tenant, session) of every session that took place, has ended, and has no closed archive yet."""
    rows = AssistSession.across_tenants.filter(
        state=SessionState.ENDED, archive_closed_at=None, started_at__isnull=False
    )
    return list(rows.values_list("tenant_id", "id"))
