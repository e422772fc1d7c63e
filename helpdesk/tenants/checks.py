"""System check before `migrate`: each tenant table has its lock, each key between such tables its tenant."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import models
from django.db.migrations.loader import MigrationLoader

from helpdesk.tenants.locks import ComposeForeignKey, LockTable
from helpdesk.tenants.managers import TenantManager
from helpdesk.tenants.models import Tenant, TenantModel


@register(Tags.database)
def locks_are_complete(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[Error]:
    if not databases:  # makemigrations and the like, where a migration may still be on its way
        return []
    operations = [operation for migration in _disk_migrations() for operation in migration.operations]
    locked = {operation.table for operation in operations if isinstance(operation, LockTable)}
    composed = {(o.table, o.column) for o in operations if isinstance(o, ComposeForeignKey)}
    return [*_missing_locks(locked), *_missing_keys(composed), *_strays(), *_open_managers()]


def _disk_migrations() -> list[Any]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return list(loader.disk_migrations.values())


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models(include_auto_created=True) if issubclass(model, TenantModel)]


def keys_between(model: type[models.Model]) -> Iterator[models.ForeignKey[Any, Any]]:
    """Foreign keys of `model` that point at rows of tenants."""
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, TenantModel):
            yield field


def _missing_locks(locked: set[str]) -> Iterator[Error]:
    for table in (Tenant._meta.db_table, *(model._meta.db_table for model in tenant_models())):
        if table not in locked:
            yield Error(f"{table} is not locked.", hint=f'Add LockTable("{table}") to a migration.', id="tenants.E001")


def _missing_keys(composed: set[tuple[str, str]]) -> Iterator[Error]:
    for model in tenant_models():
        for field in keys_between(model):
            table, to = model._meta.db_table, field.related_model._meta.db_table
            if (table, field.column) not in composed:
                hint = f'Add ComposeForeignKey("{table}", "{field.column}", "{to}") to a migration.'
                yield Error(f"{table}.{field.column} may point into another tenant.", hint=hint, id="tenants.E002")


def _strays() -> Iterator[Error]:
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, TenantModel):
            continue
        targets = [field.related_model for field in model._meta.local_fields if field.is_relation]
        if any(isinstance(target, type) and issubclass(target, (Tenant, TenantModel)) for target in targets):
            hint = "Derive it from TenantModel; give a many-to-many field such a model with `through`."
            yield Error(f"{model._meta.label} points at tenants' rows and has no tenant.", hint=hint, id="tenants.E003")


def _open_managers() -> Iterator[Error]:
    for model in tenant_models():
        if not all(isinstance(m, TenantManager) for m in (model._base_manager, model._default_manager)):
            hint = "Keep `objects` a TenantManager, and derive Meta's manager names from TenantModel."
            yield Error(f"{model._meta.label} has a manager that asks for no tenant.", hint=hint, id="tenants.E004")


@register()
def encryption_is_known(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A wrong word would be found out only when the first object is written."""
    if settings.S3_ENCRYPTION not in ("", "AES256", "aws:kms"):
        return [Error("S3_ENCRYPTION is neither AES256 nor aws:kms.", hint="Correct or remove it.", id="tenants.E005")]
    if settings.S3_KMS_KEY_ID and settings.S3_ENCRYPTION != "aws:kms":
        return [Error("S3_KMS_KEY_ID needs S3_ENCRYPTION=aws:kms.", hint="Set both or none.", id="tenants.E006")]
    return []
