"""The sweep of visitors that vanished, also between their consent and the first hello."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from assist.channel import live
from assist.channel.actions import end_session, lock_session
from assist.channel.models import EndReason, SessionState
from assist.channel.queries import get_session, open_sessions_of_all_tenants, unopened_sessions_of_all_tenants
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task

QUIET_SECONDS = 2


@cross_tenant_task("assist.channel.sweep")
def sweep() -> None:
    """Hand on sessions from which nothing was heard for a while; whether it is too long is the tenant's setting."""
    now_ms = live.now_ms()
    for tenant_id, session_id in open_sessions_of_all_tenants():
        seen = live.last_seen_ms(tenant_id, session_id)
        if seen is None:
            live.begin_grace(tenant_id, session_id)
        elif now_ms - seen > QUIET_SECONDS * 1000:
            end_vanished.delay(str(tenant_id), str(session_id))
    for tenant_id, session_id in unopened_sessions_of_all_tenants():
        end_unopened.delay(str(tenant_id), str(session_id))


@tenant_task("assist.channel.end_vanished")
def end_vanished(session_id: str) -> None:
    """End it, as of when the visitor was last seen, if the tenant's grace has passed since."""
    row = get_session(UUID(session_id))
    seen = live.last_seen_ms(current_tenant_id(), row.id)
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
