"""Writes that frames cause, while the database is away."""

from uuid import UUID

import pytest
from django.db import DataError, OperationalError
from prometheus_client import REGISTRY

from assist.channel import batches
from tests import factories
from tests.channel.eventually import eventually


@pytest.fixture
def tenant_id(transactional_db: None) -> UUID:
    return factories.tenant().pk


async def test_write_that_the_database_does_not_take_comes_again_with_those_behind_it(tenant_id: UUID) -> None:
    done: list[str] = []

    def first() -> None:
        done.append("first")
        if len(done) == 1:
            raise OperationalError("the connection is gone")

    batches.write_later(tenant_id, first)
    batches.write_later(tenant_id, done.append, "second")
    await eventually(lambda: "second" in done)
    assert done == ["first", "first", "second"]


async def test_write_that_is_wrong_in_itself_is_left_out(tenant_id: UUID) -> None:
    done: list[str] = []

    def wrong() -> None:
        done.append("wrong")
        raise DataError("too long")

    batches.write_later(tenant_id, wrong)
    batches.write_later(tenant_id, done.append, "right")
    await eventually(lambda: "right" in done)
    assert done == ["wrong", "right"]


def test_writes_that_are_given_up_are_counted_and_logged(
    tenant_id: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batches, "MOST_WAITING", 2)
    before = REGISTRY.get_sample_value("assist_writes_lost_total") or 0
    writes = [lambda number=number: number for number in range(5)]
    assert [write() for write in batches._newest(writes, tenant_id)] == [3, 4]
    assert REGISTRY.get_sample_value("assist_writes_lost_total") == before + 3
    assert "3 writes" in caplog.text
    assert len(batches._newest(writes[:1], tenant_id)) == 1
