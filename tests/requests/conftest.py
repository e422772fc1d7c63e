"""A tenant and one of its agents; models are imported late, since the settings are not ready when this is read."""

from typing import Any

import pytest


@pytest.fixture
def tenant(transactional_db: None) -> Any:
    from tests import factories

    return factories.tenant()


@pytest.fixture
def agent(tenant: Any) -> Any:
    from helpdesk.tenants.context import tenant_scope
    from tests import factories

    with tenant_scope(tenant.pk):
        return factories.member(name="Agent One")
