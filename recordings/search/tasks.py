"""Reading what was said in ended sessions, beside their rendering; the sweep finds what a lost worker left behind."""

from uuid import UUID

from django.utils import timezone

from helpdesk.tenants.tasks import cross_tenant_task, tenant_task
from recordings.search.actions import read_session
from recordings.search.queries import unread_sessions


@tenant_task("recordings.search.read", long=True)
def read_task(tenant_id: UUID, session_id: str) -> None:
    read_session(tenant_id, UUID(session_id))


@cross_tenant_task("recordings.search.sweep")
def sweep() -> None:
    for tenant_id, session_id in unread_sessions(timezone.now()):
        read_task.delay(str(tenant_id), str(session_id))
