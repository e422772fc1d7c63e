"""A tenant and callers of its API. What needs settings is imported late: they exist only once pytest is configured."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.caller import Caller

if TYPE_CHECKING:
    from helpdesk.tenants.models import Tenant


@pytest.fixture
def tenant(transactional_db: None) -> "Tenant":
    from tests import factories

    return factories.tenant()


@pytest.fixture
def caller_with(tenant: "Tenant") -> Callable[..., Caller]:
    """Makes a caller of the tenant whose token has these scopes."""
    from helpdesk.api.actions import create_token
    from helpdesk.tenants.context import tenant_scope

    def make(*scopes: str, **values: Any) -> Caller:
        with tenant_scope(tenant.id):
            return Caller(create_token("Test", scopes=scopes, **values)[1])

    return make


@pytest.fixture
def call(caller_with: Callable[..., Caller], tenant: "Tenant") -> Caller:
    """All scopes, made by an agent."""
    from helpdesk.api.scopes import Scope
    from helpdesk.tenants.context import tenant_scope
    from tests import factories

    with tenant_scope(tenant.id):
        agent = factories.member()
    return caller_with(*Scope.values, created_by=agent)
