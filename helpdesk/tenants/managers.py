"""Managers of tenant data: every path to the database names the tenant, or raises `TenantNotSet`."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models.expressions import Expression
from django.db.models.query import RawQuerySet

from helpdesk.tenants.context import WrongTenant, current_tenant_id
from helpdesk.tenants.jobs import JOBS_ALIAS, require_listed_use


class CurrentTenant(Expression):
    """The tenant at the moment the statement is compiled.

    A queryset may therefore be built before a tenant is known (class attributes of views and forms) and kept, and
    still answers for whoever evaluates it. Each kind of statement compiles its conditions, so none slips past.
    """

    def __init__(self) -> None:
        super().__init__(output_field=models.UUIDField())

    def as_sql(self, compiler: Any, connection: Any, *args: Any) -> tuple[str, Any]:
        return "%s", (current_tenant_id(),)


class TenantRawQuerySet(RawQuerySet):  # type: ignore[type-arg]
    """Raw SQL carries no condition of ours; row-level security filters it, and no tenant means no statement."""

    def iterator(self) -> Iterator[Any]:
        current_tenant_id()
        return super().iterator()


class TenantQuerySet(models.QuerySet[Any]):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        current_tenant_id()
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        current_tenant_id()
        refuse_moving(fields)
        return super().bulk_update(objs, fields, *args, **kwargs)

    def update(self, **values: Any) -> int:
        current_tenant_id()
        refuse_moving(values)
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        current_tenant_id()
        return super().delete()

    def raw(self, raw_query: Any, params: Any = (), translations: Any = None, using: Any = None) -> TenantRawQuerySet:
        current_tenant_id()
        return TenantRawQuerySet(
            raw_query, model=self.model, params=params, translations=translations, using=using or self.db
        )

    def _insert(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            refuse_other_tenant(row)
        return super()._insert(rows, *args, **kwargs)  # type: ignore[misc]

    # Django looks for these marks on the method itself.
    update.alters_data = delete.alters_data = bulk_create.alters_data = bulk_update.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]
    _insert.queryset_only = False  # type: ignore[attr-defined]


def refuse_other_tenant(row: Any) -> None:
    if row.tenant_id != current_tenant_id():
        raise WrongTenant(f"A {row._meta.label} of another tenant can't be written here.")


def refuse_moving(fields: Iterable[str]) -> None:
    if {"tenant", "tenant_id"} & set(fields):
        raise WrongTenant("A row stays with the tenant it was created for.")


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Sees, changes and creates rows of the current tenant only."""

    def get_queryset(self) -> TenantQuerySet:
        return super().get_queryset().filter(tenant=CurrentTenant())


class OwnTenantManager(models.Manager[Any]):
    """For the table of tenants: the current tenant's own row."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(pk=CurrentTenant())


class AcrossTenantsManager(models.Manager[Any]):
    """Rows of all tenants over the jobs role, for the uses listed in `helpdesk.tenants.jobs` and nobody else."""

    def get_queryset(self) -> models.QuerySet[Any]:
        require_listed_use()
        return super().get_queryset().using(JOBS_ALIAS)
