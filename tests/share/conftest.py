"""A desk; models are imported late, since the settings are not ready when this is read."""

from typing import Any

import pytest


@pytest.fixture
def desk(transactional_db: None) -> Any:
    from tests.desks import make_desk

    return make_desk()
