from uuid import UUID

from django.utils import timezone

from assist.requests.actions import give_up_request
from assist.requests.queries import overdue_requests
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task


@tenant_task("assist.requests.give_up")
def give_up_task(request_id: str) -> None:
    give_up_request(UUID(request_id), now=timezone.now())


@cross_tenant_task("assist.requests.sweep")
def sweep_requests_task() -> None:
    """Runs often: a visitor hears at most five seconds late that nobody answered."""
    for tenant_id, request_id in overdue_requests(timezone.now()).values_list("tenant_id", "id"):
        give_up_task.delay(str(tenant_id), str(request_id))
