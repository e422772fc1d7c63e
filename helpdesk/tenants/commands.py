"""How management commands enter a tenant."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.lookups import tenant_of_slug


class TenantCommand(BaseCommand):
    """Takes `--tenant SLUG` and runs `handle_tenant` in that tenant's scope, in one transaction."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="the tenant's short name")

    def handle(self, *args: Any, tenant: str, **options: Any) -> None:
        tenant_id = tenant_of_slug(tenant)
        if tenant_id is None:
            raise CommandError(f"There is no tenant {tenant!r}: check the short name.")
        with tenant_scope(tenant_id):
            self.handle_tenant(*args, **options)

    def handle_tenant(self, *args: Any, **options: Any) -> None:
        raise NotImplementedError
