"""Reads of the tenant itself."""

from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.models import Tenant


def current_tenant() -> Tenant:
    """The tenant of the running scope, with its settings."""
    return Tenant.objects.get(id=current_tenant_id())
