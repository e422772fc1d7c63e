"""Fixtures of the console's tests; models are imported late, since the settings are not ready when this is read."""

from typing import Any

import pytest


@pytest.fixture
def desk(transactional_db: None) -> Any:
    from tests.desks import make_desk

    return make_desk()


@pytest.fixture
def other_desk(transactional_db: None) -> Any:
    from tests.desks import make_desk

    return make_desk()


@pytest.fixture
def stage_client() -> Any:
    from django.test import Client

    return Client(headers={"host": "stage.localhost:8000"})
