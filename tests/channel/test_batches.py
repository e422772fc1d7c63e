"""Writes that frames cause, while the database is away."""

import asyncio
from uuid import UUID, uuid4

import pytest
from django.db import DataError, OperationalError
from prometheus_client import REGISTRY

from assist.channel import batches, limits
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

    def write(_session_id: UUID, *, name: str) -> None:
        done.append(name)
        if len(done) == 1:
            raise OperationalError("the connection is gone")

    session_id = uuid4()
    for name in ("first", "second"):
        batches.write_later(tenant_id, write, session_id, name=name)
    await eventually(lambda: "second" in done)
    assert done == ["first", "first", "second"]


async def test_write_that_is_wrong_in_itself_is_left_out(tenant_id: UUID) -> None:
    done: list[str] = []

    def write(_session_id: UUID, *, name: str) -> None:
        done.append(name)
        if name == "wrong":
            raise DataError("too long")

    session_id = uuid4()
    for name in ("wrong", "right"):
        batches.write_later(tenant_id, write, session_id, name=name)
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


async def test_session_that_writes_much_is_bounded_and_holds_no_other_up(tenant_id: UUID) -> None:
    done: list[tuple[UUID, int]] = []

    def write(session_id: UUID, *, number: int) -> None:
        done.append((session_id, number))

    before = REGISTRY.get_sample_value("assist_writes_lost_total") or 0
    loud, quiet, surplus = uuid4(), uuid4(), 7
    last = limits.SESSION_WRITES + surplus - 1
    for number in range(last + 1):
        batches.write_later(tenant_id, write, loud, number=number)
    batches.write_later(tenant_id, write, quiet, number=0)
    await eventually(lambda: (loud, last) in done)
    assert [number for session_id, number in done if session_id == loud] == list(range(surplus, last + 1))
    assert done.index((quiet, 0)) < done.index((loud, last))
    assert REGISTRY.get_sample_value("assist_writes_lost_total") == before + surplus


async def test_newest_of_what_is_said_again_counts_also_while_the_database_is_away(tenant_id: UUID) -> None:
    done: list[str] = []
    session_id = uuid4()

    def say(name: str, of: str) -> None:
        batches.write_later(tenant_id, write, session_id, of=of, name=name)

    def write(_session_id: UUID, *, name: str) -> None:
        if not done:
            done.append("away")
            loop.call_soon_threadsafe(say, "closed again", "close")
            raise OperationalError("the connection is gone")
        done.append(name)

    loop = asyncio.get_running_loop()
    for name, of in (("old", "viewport"), ("closed", "close"), ("entered", "enter"), ("new", "viewport")):
        say(name, of)
    await eventually(lambda: "closed again" in done)
    assert done == ["away", "entered", "new", "closed again"]
