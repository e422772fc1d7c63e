"""Tables that belong to no tenant: each with its reason, and with the rights that the application has on it.

Every other table must carry its locks; `tests/isolation` reads the database's catalogue and fails otherwise.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections

from helpdesk.tenants.roles import OWNER_ALIAS, app_role, jobs_role


@dataclass(frozen=True)
class GlobalTable:
    rights: str
    reason: str


ALL = "SELECT, INSERT, UPDATE, DELETE"

GLOBAL_TABLES = {
    "accounts_user": GlobalTable("SELECT, INSERT, UPDATE", "one person may belong to several tenants"),
    "account_emailaddress": GlobalTable(ALL, "allauth: addresses of a person"),
    "account_emailconfirmation": GlobalTable(ALL, "allauth: addresses of a person"),
    "django_session": GlobalTable(ALL, "browser sessions begin before a tenant is chosen"),
    "django_content_type": GlobalTable("SELECT", "names of models"),
    "django_migrations": GlobalTable("SELECT", "names of migrations"),
    "django_admin_log": GlobalTable("", "not used: it has no tenant"),
    "auth_permission": GlobalTable("", "not used: rights come from memberships"),
    "auth_group": GlobalTable("", "not used: rights come from memberships"),
    "auth_group_permissions": GlobalTable("", "not used: rights come from memberships"),
}


def grant_global_tables(*, sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After each app's migrations: give the application its rights on the global tables that exist."""
    if using != OWNER_ALIAS or sender.label != "tenants":
        return
    with connections[using].cursor() as cursor:
        quote = connections[using].ops.quote_name
        existing = connections[using].introspection.table_names(cursor)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(app_role())}, {quote(jobs_role())}")
        for table, entry in GLOBAL_TABLES.items():
            if entry.rights and table in existing:
                cursor.execute(f"GRANT {entry.rights} ON {quote(table)} TO {quote(app_role())}")
