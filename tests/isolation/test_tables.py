"""The first and the third lock, read from the database's own catalogue: nothing here names a table of ours."""

import pytest

from helpdesk.tenants.catalogue import GLOBAL_TABLES
from helpdesk.tenants.roles import app_role, jobs_role
from tests.isolation import catalogue

pytestmark = pytest.mark.django_db(databases=["default", "owner", "jobs"])

TENANTS = "tenants_tenant"
MINE = "({column} = (NULLIF(current_setting('alongside.tenant'::text, true), ''::text))::uuid)"
EVERYDAY_RIGHTS = ["DELETE", "INSERT", "SELECT", "UPDATE"]


def tenant_tables() -> list[str]:
    return sorted(name for name, *_rest in catalogue.read(catalogue.TABLES) if name not in GLOBAL_TABLES)


def test_every_table_is_locked_or_listed_as_global() -> None:
    unlocked = [
        name
        for name, _kind, enabled, forced in catalogue.read(catalogue.TABLES)
        if name not in GLOBAL_TABLES and not (enabled and forced)
    ]
    assert not unlocked, f"add LockTable to a migration, or a reason to GLOBAL_TABLES: {unlocked}"


def test_global_tables_exist_and_have_no_tenant() -> None:
    existing = {name for name, *_rest in catalogue.read(catalogue.TABLES)}
    pointing = {
        table for table, _to, _name, columns, _keys in catalogue.read(catalogue.FOREIGN_KEYS) if "tenant_id" in columns
    }
    assert set(GLOBAL_TABLES) <= existing
    assert not set(GLOBAL_TABLES) & pointing


def test_views_are_not_a_way_around() -> None:
    assert [name for name, kind, *_rest in catalogue.read(catalogue.TABLES) if kind not in "rp"] == []


def test_policies_are_exactly_the_ones_that_lock() -> None:
    policies: dict[str, list[tuple[object, ...]]] = {}
    for table, _name, permissive, roles, verb, using, check in catalogue.read(catalogue.POLICIES):
        policies.setdefault(table, []).append((permissive, roles, verb, using, check))
    for table in tenant_tables():
        mine = MINE.format(column="id" if table == TENANTS else "tenant_id")
        of_app = [policy for policy in policies[table] if policy[1] != [jobs_role()]]
        assert of_app == [("PERMISSIVE", [app_role()], "ALL", mine, mine)], table


def test_rights_are_exactly_those_that_the_locks_give() -> None:
    rights = {(table, role): held for table, role, held in catalogue.read(catalogue.RIGHTS)}
    jobs_verbs: dict[str, list[str]] = {}
    for table, _name, _permissive, roles, verb, _using, _check in catalogue.read(catalogue.POLICIES):
        if roles == [jobs_role()]:
            jobs_verbs.setdefault(table, []).append(verb)
    expected = {(table, app_role()): EVERYDAY_RIGHTS for table in tenant_tables()}
    expected |= {(table, jobs_role()): sorted(verbs) for table, verbs in jobs_verbs.items()}
    for table, entry in GLOBAL_TABLES.items():
        if entry.rights:
            expected[table, app_role()] = sorted(entry.rights.split(", "))
    assert rights == expected


def test_every_row_has_a_tenant_and_a_key_that_carries_it() -> None:
    keys = {(table, tuple(columns)) for table, columns in catalogue.read(catalogue.UNIQUE_KEYS)}
    missing = [table for table in tenant_tables() if table != TENANTS and (table, ("tenant_id", "id")) not in keys]
    assert missing == []
    assert catalogue.read(catalogue.NULLABLE_TENANT) == []


def test_every_key_between_tenants_rows_carries_the_tenant() -> None:
    tables = set(tenant_tables()) - {TENANTS}
    keys = [key for key in catalogue.read(catalogue.FOREIGN_KEYS) if key[0] in tables and key[1] in tables]
    composed = {
        (table, to, columns[1]) for table, to, _name, columns, targets in keys if targets == ["tenant_id", "id"]
    }
    simple = {(table, to, columns[0]) for table, to, _name, columns, _targets in keys if len(columns) == 1}
    assert simple, "there are keys between tenants' rows"
    assert simple <= composed, f"add ComposeForeignKey to a migration: {simple - composed}"


def test_functions_that_run_as_another_role_are_the_listed_lookups() -> None:
    for name, owner, settings, callers in catalogue.read(catalogue.POWERFUL_FUNCTIONS):
        assert name.startswith("lookup_")
        assert owner == jobs_role(), name
        assert settings == ["search_path=public, pg_temp"], name
        assert callers == [app_role()], name
