"""A tenant; models are imported late (see tests/api/conftest.py)."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from helpdesk.tenants.models import Tenant


@pytest.fixture
def tenant(transactional_db: None) -> "Tenant":
    from tests import factories

    return factories.tenant()
