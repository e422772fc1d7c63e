"""Sessions that are over, with everything that is kept of them; models are imported late."""

from typing import Any

import pytest


@pytest.fixture
def tenant(transactional_db: None) -> Any:
    from tests import factories

    return factories.tenant(recording_days=30)


@pytest.fixture
def other_tenant(transactional_db: None) -> Any:
    from tests import factories

    return factories.tenant()
