"""The sweep of visitors that vanished, also between their consent and the first hello."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from assist.channel import live
from assist.channel.actions import end_session, lock_session
from assist.channel.models import EndReason, SessionState
from assist.channel.queries import get_session, open_sessions_of_all_tenants, unopened_sessions_of_all_tenants
from assist.channel.valkey import in_parts
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task

QUIET_SECONDS = 2
HANDED_ON_AT_ONCE = 500


@cross_tenant_task("assist.channel.sweep")
def sweep() -> None:
    """Hand on sessions from which nothing was heard for a while; whether it is too long is the tenant's setting."""
    now_ms, sessions = live.now_ms(), open_sessions_of_all_tenants()
    seen_ms = dict(zip(sessions, live.last_seen_ms(sessions), strict=True))
    live.begin_grace([session for session, seen in seen_ms.items() if seen is None])
    quiet: dict[UUID, list[str]] = {}
    for (tenant_id, session_id), seen in seen_ms.items():
        if seen is not None and now_ms - seen > QUIET_SECONDS * 1000:
            quiet.setdefault(tenant_id, []).append(str(session_id))
    for tenant_id, session_ids in quiet.items():
        for some in in_parts(session_ids, HANDED_ON_AT_ONCE):
            find_vanished.delay(str(tenant_id), *some)
    for tenant_id, session_id in unopened_sessions_of_all_tenants():
        end_unopened.delay(str(tenant_id), str(session_id))


@tenant_task("assist.channel.find_vanished")
def find_vanished(*session_ids: str) -> None:
    """Hand on those from which nothing was heard for longer than the tenant's grace."""
    tenant_id, grace_ms = current_tenant_id(), current_tenant().grace_seconds * 1000
    now_ms, seen_ms = live.now_ms(), live.last_seen_ms([(tenant_id, UUID(session_id)) for session_id in session_ids])
    for session_id, seen in zip(session_ids, seen_ms, strict=True):
        if seen and now_ms - seen > grace_ms:
            end_vanished.delay(str(tenant_id), session_id)


@tenant_task("assist.channel.end_vanished")
def end_vanished(session_id: str) -> None:
    """End it, as of when the visitor was last seen, if the tenant's grace has passed since."""
    row = get_session(UUID(session_id))
    (seen,) = live.last_seen_ms([(current_tenant_id(), row.id)])
    grace_ms = current_tenant().grace_seconds * 1000
    if row.state != SessionState.ENDED and seen and live.now_ms() - seen > grace_ms:
        seen_at = datetime.fromtimestamp(seen / 1000, tz=UTC)
        end_session(row.id, reason=EndReason.VISITOR_VANISHED, now=seen_at)


@tenant_task("assist.channel.end_unopened")
def end_unopened(session_id: str) -> None:
    """The visitor has agreed, but the page never came to the channel: end it if the tenant's grace has passed."""
    row = lock_session(UUID(session_id))
    grace = timedelta(seconds=current_tenant().grace_seconds)
    agreed_at = row.link.redeemed_at if row.link else None
    if row.state == SessionState.WAITING and agreed_at and timezone.now() - agreed_at > grace:
        end_session(row.id, reason=EndReason.VISITOR_VANISHED, now=timezone.now())
