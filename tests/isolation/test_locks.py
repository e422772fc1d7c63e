"""Each lock alone, with the other two off, against a real row of every tenant table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import Error, connection, connections, transaction
from psycopg import sql

from helpdesk.tenants.checks import keys_between, tenant_models
from helpdesk.tenants.context import WrongTenant, tenant_scope
from helpdesk.tenants.models import TenantModel
from helpdesk.tenants.roles import OWNER_ALIAS
from tests.factories import FACTORIES
from tests.isolation.test_tables import TENANTS, tenant_tables
from tests.isolation.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "jobs"])

ROW_LEVEL_SECURITY = "new row violates row-level security policy"


def test_every_tenant_table_has_a_factory() -> None:
    assert set(FACTORIES) == set(tenant_models())
    assert {model._meta.db_table for model in FACTORIES} == set(tenant_tables()) - {TENANTS}


# The first lock: plain SQL goes through no manager, and the composite keys are dropped.


@pytest.fixture
def only_row_level_security(world: World) -> Iterator[World]:
    with _without_composite_keys():
        yield world


def test_row_level_security_hides_rows_of_another_tenant(only_row_level_security: World) -> None:
    victim, attacker = only_row_level_security.victim, only_row_level_security.attacker
    for model, row in victim.rows.items():
        table = sql.Identifier(model._meta.db_table)
        reads = sql.SQL("SELECT count(*) FROM {} WHERE id = %s").format(table)
        assert _run(reads, row.pk, tenant_id=victim.tenant_id) == [(1,)], "the row is there to leak"
        assert _run(reads, row.pk, tenant_id=attacker.tenant_id) == [(0,)], model
        assert _run(sql.SQL("SELECT count(*) FROM {}").format(table)) == [(0,)], model


def test_row_level_security_stops_changes_to_rows_of_another_tenant(only_row_level_security: World) -> None:
    victim, attacker = only_row_level_security.victim, only_row_level_security.attacker
    before = victim.snapshot()
    for model in reversed(victim.rows):
        table, row_id = sql.Identifier(model._meta.db_table), victim.rows[model].pk
        moves = sql.SQL("UPDATE {} SET tenant_id = tenant_id WHERE id = %s RETURNING id").format(table)
        removes = sql.SQL("DELETE FROM {} WHERE id = %s RETURNING id").format(table)
        for statement in (moves, removes):
            assert _run(statement, row_id, tenant_id=attacker.tenant_id) == [], model
            assert _run(statement, row_id) == [], model
    assert victim.snapshot() == before


def test_row_level_security_stops_rows_in_the_name_of_another_tenant(only_row_level_security: World) -> None:
    victim, attacker = only_row_level_security.victim, only_row_level_security.attacker
    for model in victim.rows:
        table, own = sql.Identifier(model._meta.db_table), attacker.rows[model]
        gives = sql.SQL("UPDATE {} SET tenant_id = %s WHERE id = %s").format(table)
        for tenant_id in (attacker.tenant_id, None):
            insert = _insert_copy(own, tenant_id=victim.tenant_id)
            with pytest.raises(Error, match=ROW_LEVEL_SECURITY):
                _run(*insert, tenant_id=tenant_id)
        with pytest.raises(Error, match=ROW_LEVEL_SECURITY):
            _run(gives, victim.tenant_id, own.pk, tenant_id=attacker.tenant_id)


def test_row_level_security_hides_the_tenants_themselves(only_row_level_security: World) -> None:
    victim, attacker = only_row_level_security.victim, only_row_level_security.attacker
    reads = sql.SQL("SELECT id FROM tenants_tenant")
    assert _run(reads, tenant_id=attacker.tenant_id) == [(attacker.tenant_id,)]
    changes = sql.SQL("UPDATE tenants_tenant SET name = 'x' WHERE id = %s RETURNING id")
    assert _run(changes, victim.tenant_id, tenant_id=attacker.tenant_id) == []
    assert _run(reads) == []


# The second lock: row-level security is off, so only the managers stand between.


@pytest.fixture
def only_managers(world: World) -> Iterator[World]:
    with _without_row_level_security(), _without_composite_keys():
        yield world


def test_managers_hide_rows_of_another_tenant(only_managers: World) -> None:
    victim, attacker = only_managers.victim, only_managers.attacker
    for model, row in victim.rows.items():
        everything = sql.SQL("SELECT count(*) FROM {} WHERE id = %s").format(sql.Identifier(model._meta.db_table))
        assert _run(everything, row.pk) == [(1,)], "the row is there to leak"
        with tenant_scope(attacker.tenant_id):
            for manager in (model.objects, model._base_manager, model._default_manager):
                assert row.pk not in set(manager.values_list("pk", flat=True))
                assert not manager.filter(pk=row.pk).exists()
                assert manager.in_bulk([row.pk]) == {}
                assert manager.filter(pk=row.pk).count() == 0
            with pytest.raises(model.DoesNotExist):
                row.refresh_from_db()


def test_managers_stop_changes_to_rows_of_another_tenant(only_managers: World) -> None:
    victim, attacker = only_managers.victim, only_managers.attacker
    before = victim.snapshot()
    for model, row in victim.rows.items():
        field = next(f.name for f in model._meta.local_fields if f.name not in ("id", "tenant"))
        with tenant_scope(attacker.tenant_id):
            rows = model.objects.filter(pk=row.pk)
            assert rows.update(**{field: getattr(row, field)}) == 0
            assert rows.delete()[0] == 0
            assert model.objects.bulk_update([row], [field]) == 0
            for write in (row.save, row.delete, lambda row=row: type(row).objects.bulk_create([row])):
                with pytest.raises(WrongTenant):
                    write()
            with pytest.raises(WrongTenant):
                rows.update(tenant=attacker.tenant)
    assert victim.snapshot() == before


# The third lock: row-level security is off and plain SQL goes through no manager.


def test_composite_keys_keep_rows_from_pointing_into_another_tenant(world: World) -> None:
    keys = [(model, field) for model in tenant_models() for field in keys_between(model)]
    assert keys
    with _without_row_level_security():
        for model, field in keys:
            own = world.attacker.rows[model]
            with tenant_scope(world.victim.tenant_id):
                theirs = FACTORIES[field.related_model]()
            points = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(
                sql.Identifier(model._meta.db_table), sql.Identifier(field.column)
            )
            with pytest.raises(Error, match="tenant_fk"):
                _run(points, theirs.pk, own.pk)


def _run(statement: sql.Composable, *values: Any, tenant_id: UUID | None = None) -> list[tuple[Any, ...]]:
    """As the application's role, in a transaction of its own, in the name of a tenant or of none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('alongside.tenant', %s, true)", [str(tenant_id or "")])
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def _insert_copy(row: TenantModel, *, tenant_id: UUID) -> tuple[Any, ...]:
    """An INSERT of the same row under a new id, for another tenant."""
    fields = [field for field in row._meta.local_fields if field.column not in ("id", "tenant_id")]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    columns = [sql.Identifier(column) for column in ("id", "tenant_id", *(str(field.column) for field in fields))]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(row._meta.db_table),
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
    )
    return statement, uuid4(), tenant_id, *values


@contextmanager
def _without_row_level_security() -> Iterator[None]:
    _alter("ALTER TABLE {} DISABLE ROW LEVEL SECURITY")
    try:
        yield
    finally:
        _alter("ALTER TABLE {} ENABLE ROW LEVEL SECURITY")


def _alter(statement: str) -> None:
    with connections[OWNER_ALIAS].cursor() as cursor:
        for table in tenant_tables():
            cursor.execute(sql.SQL(statement).format(sql.Identifier(table)))


@contextmanager
def _without_composite_keys() -> Iterator[None]:
    with connections[OWNER_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND array_length(conkey, 1) = 2 AND connamespace = 'public'::regnamespace"
        )
        keys = cursor.fetchall()
        for table, name, _definition in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with _without_row_level_security(), connections[OWNER_ALIAS].cursor() as cursor:
            for table, name, definition in keys:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
