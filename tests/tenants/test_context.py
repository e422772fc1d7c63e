"""The tenant context: one way in, no way to two tenants at once, and nothing left behind."""

import asyncio
import threading
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction

from helpdesk.tenants.context import (
    TENANT_VARIABLE,
    TenantNotSet,
    WrongTenant,
    current_tenant_id,
    run_in_tenant,
    run_without_tenant,
    tenant_scope,
)
from helpdesk.tickets.models import Queue
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def variable() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('alongside.tenant', true)")
        return cursor.fetchone()[0]


def fail_after_writing() -> None:
    factories.queue(name="dropped")
    raise ZeroDivisionError


def test_scope_sets_the_tenant_and_the_variable_and_takes_both_away() -> None:
    tenant_id = uuid4()
    with tenant_scope(tenant_id):
        assert current_tenant_id() == tenant_id
        assert variable() == str(tenant_id)
        assert connection.in_atomic_block
    with pytest.raises(TenantNotSet):
        current_tenant_id()
    assert not variable()


def test_scope_inside_the_same_tenant_is_a_savepoint() -> None:
    tenant = factories.tenant()
    with tenant_scope(tenant.id):
        factories.queue(name="kept")
        with pytest.raises(ZeroDivisionError), tenant_scope(tenant.id):
            fail_after_writing()
        assert current_tenant_id() == tenant.id
    with tenant_scope(tenant.id):
        assert list(Queue.objects.values_list("name", flat=True)) == ["kept"]


def test_scope_of_another_tenant_inside_is_refused() -> None:
    with tenant_scope(uuid4()), pytest.raises(WrongTenant), tenant_scope(uuid4()):
        pass


def test_scope_that_fails_writes_nothing_and_leaves_no_tenant() -> None:
    tenant = factories.tenant()
    with pytest.raises(ZeroDivisionError), tenant_scope(tenant.id):
        fail_after_writing()
    assert not variable()
    with tenant_scope(tenant.id):
        assert not Queue.objects.exists()


def test_scope_inside_a_transaction_without_tenant_leaves_none_behind() -> None:
    with transaction.atomic():
        with tenant_scope(uuid4()):
            pass
        assert not variable()


def test_scope_does_not_count_in_another_thread() -> None:
    seen: list[object] = []

    def read() -> None:
        try:
            seen.append(current_tenant_id())
        except TenantNotSet as error:
            seen.append(error)

    async def in_thread() -> None:
        await asyncio.to_thread(read)  # carries the context variables along, not the connection

    with tenant_scope(uuid4()):
        thread = threading.Thread(target=lambda: asyncio.run(in_thread()))
        thread.start()
        thread.join()
        asyncio.run(in_thread())
    assert [type(value) for value in seen] == [TenantNotSet, TenantNotSet]


def test_functions_on_commit_run_without_a_tenant() -> None:
    seen: list[str] = []

    def after_commit() -> None:
        try:
            current_tenant_id()
        except TenantNotSet:
            seen.append("none")

    with tenant_scope(uuid4()):
        transaction.on_commit(after_commit)
    assert seen == ["none"]


def test_run_in_tenant_keeps_simultaneous_tenants_apart() -> None:
    tenants = [factories.tenant() for _ in range(12)]
    for tenant in tenants:
        with tenant_scope(tenant.id):
            factories.queue(name=tenant.slug)

    def names(times: int) -> tuple[UUID, list[str]]:
        read = [list(Queue.objects.values_list("name", flat=True)) for _ in range(times)]
        assert all(names == read[0] for names in read)
        return current_tenant_id(), read[0]

    async def all_at_once() -> list[tuple[UUID, list[str]]]:
        return await asyncio.gather(*(run_in_tenant(tenant.id, names, 3) for tenant in tenants))

    assert asyncio.run(all_at_once()) == [(tenant.id, [tenant.slug]) for tenant in tenants]


def test_run_in_tenant_leaves_its_connection_without_tenant() -> None:
    """The threads keep their connections, so what one call leaves behind the next one would find."""

    def look() -> tuple[int, str, bool]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), coalesce(current_setting(%s, true), '')", [TENANT_VARIABLE])
            backend, tenant = cursor.fetchone()
        return backend, tenant, connection.in_atomic_block

    def fail() -> None:
        raise ZeroDivisionError

    async def backends() -> tuple[set[int], set[int]]:
        inside = await asyncio.gather(*(run_in_tenant(uuid4(), look) for _ in range(40)))
        failed = await asyncio.gather(*(run_in_tenant(uuid4(), fail) for _ in range(40)), return_exceptions=True)
        after = await asyncio.gather(*(run_without_tenant(look) for _ in range(40)))
        assert all(tenant for _, tenant, _ in inside)
        assert {type(error) for error in failed} == {ZeroDivisionError}
        assert {(tenant, is_atomic) for _, tenant, is_atomic in after} == {("", False)}
        return {backend for backend, _, _ in inside}, {backend for backend, _, _ in after}

    before, later = asyncio.run(backends())
    assert before & later
    assert len(before | later) <= settings.DATABASE_THREADS


def test_run_in_tenant_opens_a_connection_anew_when_it_was_cut() -> None:
    """As a database does that restarts: nobody is told, and no call may fail for it."""

    def backend() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    def cut(backends: list[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) AS pid", [backends])
        connection.close()

    async def ask_cut_and_ask() -> list[str | None]:
        backends = set(await asyncio.gather(*(run_without_tenant(backend) for _ in range(40))))
        await asyncio.to_thread(cut, list(backends))
        return await asyncio.gather(*(run_in_tenant(tenant_id, variable) for _ in range(40)))

    tenant_id = uuid4()
    assert asyncio.run(ask_cut_and_ask()) == [str(tenant_id)] * 40


def test_run_without_tenant_has_none_even_inside_a_scope() -> None:
    async def inside() -> None:
        await run_without_tenant(current_tenant_id)

    with tenant_scope(uuid4()), pytest.raises(TenantNotSet):
        asyncio.run(inside())
