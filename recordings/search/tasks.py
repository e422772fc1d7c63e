"""Reading what was said in ended sessions, beside their rendering; the sweep finds what a lost worker left behind."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from helpdesk.tenants.tasks import cross_tenant_task, tenant_task
from recordings.search.actions import read_session
from recordings.search.queries import unread_sessions


@tenant_task("recordings.search.read", long=True)
def read_task(tenant_id: UUID, session_id: str) -> None:
    read_session(tenant_id, UUID(session_id), now=timezone.now())


def queue_reading(tenant_id: UUID, session_id: UUID) -> None:
    """What no worker takes is dropped, lest it pile up in the broker: the sweep finds the session again."""
    read_task.apply_async((str(tenant_id), str(session_id)), expires=settings.SWEEP_EXPIRES_SECONDS)


@cross_tenant_task("recordings.search.sweep")
def sweep() -> None:
    for tenant_id, session_id in unread_sessions(timezone.now()):
        queue_reading(tenant_id, session_id)
