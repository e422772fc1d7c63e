"""Reads of the audit log."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from helpdesk.audit.models import AuditEvent
from helpdesk.tenants.models import Tenant


def events() -> QuerySet[AuditEvent]:
    """Of the current tenant, the newest first."""
    return AuditEvent.objects.order_by("-at", "-id")


def tenants_with_events_before(moment: datetime) -> Iterator[UUID]:
    """Of all tenants; works only inside the listed use `helpdesk.audit.sweep`."""
    old = AuditEvent.across_tenants.filter(tenant=OuterRef("pk"), at__lt=moment)
    yield from Tenant.across_tenants.filter(Exists(old)).values_list("pk", flat=True)
