from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class TenantsConfig(AppConfig):
    name = "helpdesk.tenants"
    label = "tenants"
    verbose_name = "Tenants"
    role_is_checked = False

    def ready(self) -> None:
        from helpdesk import celery  # noqa: F401  (makes ours the app that tasks are sent with)
        from helpdesk.tenants import checks  # noqa: F401  (registers the system checks)
        from helpdesk.tenants.catalogue import grant_global_tables

        connection_created.connect(self.check_role, dispatch_uid="refuse_powerful_role")
        post_migrate.connect(grant_global_tables, dispatch_uid="grant_global_tables")

    def check_role(self, *, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
        """Once a process: no code of ours ever runs statements as a role that row-level security doesn't bind."""
        if connection.alias == "default" and not self.role_is_checked:
            from helpdesk.tenants.roles import refuse_powerful_role

            refuse_powerful_role(connection)
            self.role_is_checked = True
