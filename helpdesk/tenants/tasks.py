"""How Celery tasks enter a tenant. Every task of the project is declared with one of these two decorators."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Task, shared_task

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.jobs import LISTED_USES, UnlistedUse, across_tenants


class TenantTask(Task):
    """Its first argument is the tenant, as text; the body runs in that tenant's scope, in one transaction."""

    abstract = True

    def __call__(self, tenant_id: str, *args: Any, **kwargs: Any) -> Any:
        with tenant_scope(UUID(str(tenant_id))):
            return self.run(*args, **kwargs)


class LongTenantTask(Task):
    """As `TenantTask`, but the body gets the tenant as a UUID and opens `tenant_scope` for each step itself,

    because it works for longer than a transaction may stay open.
    """

    abstract = True

    def __call__(self, tenant_id: str, *args: Any, **kwargs: Any) -> Any:
        return self.run(UUID(str(tenant_id)), *args, **kwargs)


class CrossTenantTask(Task):
    """Sees the rows of all tenants through `Model.across_tenants`; its name is one of `jobs.LISTED_USES`."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with across_tenants(self.name):
            return self.run(*args, **kwargs)


Decorator = Callable[[Callable[..., Any]], Task]


def tenant_task(name: str, *, long: bool = False, **options: Any) -> Decorator:
    """Declare a task; call it with `task.delay(str(tenant_id), *args)`, best from `transaction.on_commit`.

    The body of a usual task takes the arguments after the tenant; that of a `long` one takes the tenant as well.
    """
    return shared_task(base=LongTenantTask if long else TenantTask, name=name, typing=False, **options)


def cross_tenant_task(name: str, **options: Any) -> Decorator:
    """Declare a task that finds work in all tenants and hands it to tenants' own tasks."""
    if name not in LISTED_USES:
        raise UnlistedUse(f"{name!r} is not listed in helpdesk.tenants.jobs; add it there with its reason.")
    return shared_task(base=CrossTenantTask, name=name, **options)
