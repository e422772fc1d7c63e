"""What is older than `AUDIT_DAYS` goes."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from helpdesk.audit.actions import forget_before
from helpdesk.audit.queries import tenants_with_events_before
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task


@tenant_task("helpdesk.audit.forget")
def forget_task() -> None:
    """A batch; the sweep comes again for the rest."""
    now = timezone.now()
    forget_before(now - timedelta(days=settings.AUDIT_DAYS), now=now)


@cross_tenant_task("helpdesk.audit.sweep")
def sweep() -> None:
    for tenant_id in tenants_with_events_before(timezone.now() - timedelta(days=settings.AUDIT_DAYS)):
        forget_task.delay(str(tenant_id))
