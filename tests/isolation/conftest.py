from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.isolation.world import World


@pytest.fixture
def world(transactional_db: None) -> "World":
    """Committed for real: a setting local to a transaction would hide a missing tenant inside a test's own one."""
    from tests.isolation.world import make_world  # the settings are ready only now

    return make_world()
