"""The three database roles. Their names come from the connection settings, so that they can be anything."""

from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

OWNER_ALIAS = "owner"

POWERFUL_ROLE = """
SELECT session_user::text,
       r.rolsuper,
       r.rolbypassrls,
       pg_has_role(session_user, d.datdba, 'MEMBER') OR EXISTS (
           SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p')
             AND pg_has_role(session_user, c.relowner, 'MEMBER'))
FROM pg_roles r, pg_database d
WHERE r.rolname = session_user AND d.datname = current_database()
"""


class PowerfulRole(RuntimeError):
    """The application's connection could step over row-level security."""


class OwnerMigrates:
    """Database router: only the owner changes the schema."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == OWNER_ALIAS


def app_role() -> str:
    return str(settings.DATABASES["default"]["USER"])


def jobs_role() -> str:
    return str(settings.DATABASES["jobs"]["USER"])


def refuse_powerful_role(used: BaseDatabaseWrapper | psycopg.Connection) -> None:
    """Raise `PowerfulRole` if the role of `used` is superuser, has BYPASSRLS, or owns the database or a table."""
    with used.cursor() as cursor:
        cursor.execute(POWERFUL_ROLE)
        name, is_superuser, bypasses, owns = cursor.fetchone() or ("", True, True, True)
    powers = {"is a superuser": is_superuser, "has BYPASSRLS": bypasses, "is an owner of the data": owns}
    found = [text for text, applies in powers.items() if applies]
    if found:
        raise PowerfulRole(
            f"The database role {name!r} of DATABASE_URL {' and '.join(found)}, so tenants would not be kept apart. "
            "Give DATABASE_URL a role that owns nothing; the owner belongs in DATABASE_OWNER_URL."
        )


def start_or_exit() -> None:
    """Called where a web process, a worker or the beat starts: exit with a clear text instead of serving unsafely.

    On a connection of its own: some servers import the application where Django's may not be used.
    """
    try:
        with psycopg.connect(**connection.get_connection_params()) as used:
            refuse_powerful_role(used)
    except PowerfulRole as error:
        raise SystemExit(f"alongside: {error}") from None
    except psycopg.OperationalError:
        return  # /readyz reports it; the check is made again on the first connection that succeeds
