"""Writes that frames cause, while the database is away."""

from uuid import UUID, uuid4

import pytest
from django.db import DataError, OperationalError
from prometheus_client import REGISTRY

from assist.channel import batches
from assist.channel.models import SessionQuality
from assist.channel.quality import add_quality
from helpdesk.tenants.context import run_in_tenant, tenant_scope
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


async def test_write_whose_session_is_gone_is_left_out_alone(tenant_id: UUID, caplog: pytest.LogCaptureFixture) -> None:
    session_id = await run_in_tenant(tenant_id, lambda: factories.assist_session().pk)
    batches.write_later(tenant_id, add_quality, uuid4(), resyncs=1)
    batches.write_later(tenant_id, add_quality, session_id, resyncs=2)

    def kept() -> list[int]:
        with tenant_scope(tenant_id):
            return list(SessionQuality.objects.filter(session_id=session_id).values_list("resyncs", flat=True))

    assert await eventually(kept) == [2]
    assert "left out" in caplog.text
    assert "Traceback" not in caplog.text


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
