"""Writes about tenants themselves."""

import uuid
from collections.abc import Mapping
from typing import Any

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.lookups import tenant_of_slug
from helpdesk.tenants.models import Tenant


def ensure_tenant(slug: str, *, name: str, **settings: Any) -> Tenant:
    """The tenant with this short name, created or brought to these settings; call it outside of any tenant."""
    tenant_id = tenant_of_slug(slug) or uuid.uuid4()
    with tenant_scope(tenant_id):
        tenant, _created = Tenant.objects.update_or_create(
            id=tenant_id, defaults={"slug": slug, "name": name, **settings}
        )
    return tenant


def change_settings(tenant: Tenant, *, changes: Mapping[str, Any]) -> Tenant:
    """Set settings of the current tenant that `helpdesk.tenants.validation` has passed."""
    for name, value in changes.items():
        setattr(tenant, name, value)
    tenant.save(update_fields=list(changes))
    return tenant
