from uuid import UUID

from django.utils import timezone

from assist.links.actions import expire
from assist.links.queries import overdue_links
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task


@tenant_task("assist.links.expire")
def expire_task(link_id: str) -> None:
    expire(UUID(link_id), now=timezone.now())


@cross_tenant_task("assist.links.sweep")
def sweep_links_task() -> None:
    """A dead link is refused by its own times; the sweep ends what waits for it."""
    for tenant_id, link_id in overdue_links(timezone.now()).values_list("tenant_id", "id"):
        expire_task.delay(str(tenant_id), str(link_id))
