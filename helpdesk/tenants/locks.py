"""Migration operations for the first lock (row-level security) and the third (keys that carry the tenant).

A migration that creates a tenant table ends with `LockTable("app_model")`, and with
`ComposeForeignKey("app_model", "other_id", "app_other")` for each foreign key to another tenant table.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import names_digest
from django.db.migrations.operations.base import Operation

from helpdesk.tenants.context import TENANT_VARIABLE
from helpdesk.tenants.roles import app_role, jobs_role

# After a commit the variable reads '', not NULL.
CURRENT_TENANT_SQL = f"NULLIF(current_setting('{TENANT_VARIABLE}', true), '')::uuid"
APP_POLICY = "app_tenant"


class SqlOperation(Operation):
    """Runs statements that are made when the migration runs, because they name the roles of this installation."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        for statement in self.forwards(schema_editor.quote_name):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        for statement in self.backwards(schema_editor.quote_name):
            schema_editor.execute(statement, params=None)

    def forwards(self, quote: Any) -> list[str]:
        raise NotImplementedError

    def backwards(self, quote: Any) -> list[str]:
        raise NotImplementedError


class LockTable(SqlOperation):
    """Enable and force row-level security on `table`, for the application's role one tenant at a time.

    `jobs` names what the jobs role may do with rows of all tenants: `("SELECT",)`, `("SELECT", "UPDATE")`.
    `tenant_column` is `id` for the table of tenants only, which then needs no composite key.
    """

    def __init__(self, table: str, *, jobs: tuple[str, ...] = (), tenant_column: str = "tenant_id") -> None:
        self.table = table
        self.jobs = jobs
        self.tenant_column = tenant_column

    def describe(self) -> str:
        return f"Lock {self.table} to one tenant at a time"

    def forwards(self, quote: Any) -> list[str]:
        table, app, mine = quote(self.table), quote(app_role()), f"{quote(self.tenant_column)} = {CURRENT_TENANT_SQL}"
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {APP_POLICY} ON {table} TO {app} USING ({mine}) WITH CHECK ({mine})",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}",
            *self._key_forwards(quote),
            *self._jobs_forwards(quote),
        ]

    def _key_forwards(self, quote: Any) -> list[str]:
        if self.tenant_column == "id":
            return []
        return [f"ALTER TABLE {quote(self.table)} ADD CONSTRAINT {quote(self._key)} UNIQUE (tenant_id, id)"]

    def _jobs_forwards(self, quote: Any) -> list[str]:
        table, jobs = quote(self.table), quote(jobs_role())
        return [
            statement
            for verb in self.jobs
            for statement in (
                f"CREATE POLICY {_jobs_policy(verb)} ON {table} FOR {verb} TO {jobs} {_jobs_condition(verb)}",
                f"GRANT {verb} ON {table} TO {jobs}",
            )
        ]

    def backwards(self, quote: Any) -> list[str]:
        table = quote(self.table)
        drops = [f"DROP POLICY {name} ON {table}" for name in (APP_POLICY, *map(_jobs_policy, self.jobs))]
        if self.tenant_column != "id":
            drops.append(f"ALTER TABLE {table} DROP CONSTRAINT {quote(self._key)}")
        return [
            *drops,
            f"REVOKE ALL ON {table} FROM {quote(app_role())}, {quote(jobs_role())}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]

    @property
    def _key(self) -> str:
        return _name(self.table, "tenant_key")


class ComposeForeignKey(SqlOperation):
    """Let `table.column` point only at rows of `to` that have the same tenant; `to` is locked before."""

    def __init__(self, table: str, column: str, to: str) -> None:
        self.table = table
        self.column = column
        self.to = to

    def describe(self) -> str:
        return f"Keep {self.table}.{self.column} within its tenant"

    def forwards(self, quote: Any) -> list[str]:
        # Existing rows are checked with a query of the owner's, which forced row-level security would leave empty.
        tables = sorted({self.table, self.to})
        return [
            *(f"ALTER TABLE {quote(table)} NO FORCE ROW LEVEL SECURITY" for table in tables),
            f"ALTER TABLE {quote(self.table)} ADD CONSTRAINT {quote(self._key)} "
            f"FOREIGN KEY (tenant_id, {quote(self.column)}) REFERENCES {quote(self.to)} (tenant_id, id) "
            "DEFERRABLE INITIALLY DEFERRED",
            *(f"ALTER TABLE {quote(table)} FORCE ROW LEVEL SECURITY" for table in tables),
        ]

    def backwards(self, quote: Any) -> list[str]:
        return [f"ALTER TABLE {quote(self.table)} DROP CONSTRAINT {quote(self._key)}"]

    @property
    def _key(self) -> str:
        return _name(self.table, self.column, "tenant_fk")


def _jobs_policy(verb: str) -> str:
    return f"jobs_{verb.lower()}"


def _jobs_condition(verb: str) -> str:
    return {"SELECT": "USING (true)", "UPDATE": "USING (true) WITH CHECK (true)", "DELETE": "USING (true)"}[verb]


def _name(*parts: str) -> str:
    """A constraint's name within PostgreSQL's 63 bytes."""
    name = "_".join(parts)
    return name if len(name) <= 63 else f"{name[:54]}_{names_digest(name, length=8)}"


class LookupFunction(SqlOperation):
    """A function that finds the row of one secret or one person before a tenant is known (`helpdesk.tenants.lookups`).

    It runs as the jobs role, with a fixed search path, and only the application may call it. The owner must be a
    member of the jobs role to hand the function over.
    """

    def __init__(self, name: str, *, argument: str, returns: str, query: str, language: str = "sql") -> None:
        self.name = name
        self.argument = argument
        self.returns = returns
        self.query = query
        self.language = language

    def describe(self) -> str:
        return f"Look up before a tenant is known: {self.name}"

    def forwards(self, quote: Any) -> list[str]:
        signature, jobs = f"{quote(self.name)}({self.argument})", quote(jobs_role())
        return [
            f"CREATE FUNCTION {signature} RETURNS TABLE ({self.returns}) LANGUAGE {self.language} STABLE "
            "SECURITY DEFINER "
            f"SET search_path = public, pg_temp AS $lookup$ {self.query} $lookup$",
            f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {signature} TO {quote(app_role())}",
            f"GRANT CREATE ON SCHEMA public TO {jobs}",
            f"ALTER FUNCTION {signature} OWNER TO {jobs}",
            f"REVOKE CREATE ON SCHEMA public FROM {jobs}",
        ]

    def backwards(self, quote: Any) -> list[str]:
        return [f"DROP FUNCTION {quote(self.name)}({self.argument})"]
