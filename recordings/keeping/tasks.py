"""What goes by age, what was to be erased, and the objects of rows that are gone."""

import contextlib
import logging
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from assist.channel.queries import NoSession
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.models import Action
from helpdesk.tenants.context import current_tenant_id, tenant_scope
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task
from recordings.keeping import queries
from recordings.keeping.deletion import Held, NotOver, delete_session
from recordings.keeping.erasures import erase, queue_erasure
from recordings.keeping.models import Doomed
from recordings.keeping.objects import Busy, delete_doomed, due
from recordings.keeping.orphans import delete_orphans
from recordings.keeping.runner import one_a_tenant

logger = logging.getLogger(__name__)

# Of one run; while there is more the task queues itself again, so that others have their turn in between.
SESSIONS_AT_ONCE = 50
BATCHES_AT_ONCE = 20


@tenant_task("recordings.keeping.delete_due", long=True)
@one_a_tenant
def delete_due_task(tenant_id: UUID, failed: int = 0) -> None:
    """Sessions that are older than their queue or tenant keeps them, but for the `failed` oldest, of tonight."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        due = list(queries.sessions_due(now).values_list("id", flat=True)[failed : failed + SESSIONS_AT_ONCE])
    failed += sum(not _expire(tenant_id, session_id, now=now) for session_id in due)
    if len(due) == SESSIONS_AT_ONCE:
        delete_due_task.delay(str(tenant_id), failed)


def _expire(tenant_id: UUID, session_id: UUID, *, now: datetime) -> bool:
    """False for one that failed: the others go all the same."""
    try:
        with tenant_scope(tenant_id):
            delete_session(session_id, action=Action.SESSION_EXPIRED, actor=SYSTEM, now=now)
    except (Held, NotOver, NoSession):
        pass  # what keeps it was not so a moment ago
    except Exception:
        logger.exception("session %s is past its days, and was not deleted", session_id)
        return False
    return True


@tenant_task("recordings.keeping.delete_objects", long=True)
@one_a_tenant
def delete_objects_task(tenant_id: UUID) -> None:
    """What deleted sessions have left in the store."""
    try:
        for _batch in range(BATCHES_AT_ONCE):
            if not delete_doomed(tenant_id, now=timezone.now()):
                return
    except Busy:
        logger.info("visitors of tenant %s upload assets; their old ones go with the next sweep", tenant_id)


@tenant_task("recordings.keeping.erase", long=True)
@one_a_tenant
def erase_task(tenant_id: UUID, erasure_id: str) -> None:
    """Go on with an erasure; what it waits for is looked at again by the sweep."""
    erase(tenant_id, UUID(erasure_id), now=timezone.now())


@tenant_task("recordings.keeping.delete_orphans", long=True)
@one_a_tenant
def delete_orphans_task(tenant_id: UUID) -> None:
    """What no row names; whoever uploads assets meanwhile makes it wait for the next day."""
    with contextlib.suppress(Busy):
        deleted = delete_orphans(tenant_id, now=timezone.now())
        logger.log(logging.WARNING if deleted else logging.INFO, "%s orphans of tenant %s deleted", deleted, tenant_id)


@tenant_task("recordings.keeping.resume")
def resume_task() -> None:
    """Erasures that wait, or that a worker has left, and objects that have to follow their rows."""
    for erasure in queries.unfinished_erasures():
        queue_erasure(erasure)
    if Doomed.objects.filter(due(timezone.now())).exists():
        delete_objects_task.delay(str(current_tenant_id()))


@cross_tenant_task("recordings.keeping.sweep")
def sweep_task() -> None:
    for tenant_id in queries.tenants():
        delete_due_task.delay(str(tenant_id))
        delete_orphans_task.delay(str(tenant_id))


@cross_tenant_task("recordings.keeping.resume_all")
def resume_all_task() -> None:
    for tenant_id in queries.tenants():
        resume_task.delay(str(tenant_id))
