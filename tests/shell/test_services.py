"""The services of a session are real, separate for each worker, and cleaned between tests."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.utils import timezone


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_rows_are_gone_in_next_test(turn: int) -> None:
    assert Session.objects.count() == 0
    Session.objects.create(session_key=f"turn{turn}", session_data="", expire_date=timezone.now())
    assert Session.objects.count() == 1


@pytest.mark.django_db(databases=["default", "owner", "jobs"])
@pytest.mark.parametrize("alias", ["default", "owner", "jobs"])
def test_role_is_neither_superuser_nor_bypasses_locks(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
