"""The tenant, and the base of everything that belongs to one."""

import secrets
import uuid
from typing import Any

from django.db import models

from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.managers import AcrossTenantsManager, OwnTenantManager, TenantManager, refuse_other_tenant


def new_public_key() -> str:
    return "pk_" + secrets.token_urlsafe(18)


def new_identity_secret() -> str:
    return secrets.token_hex(32)


class Tenant(models.Model):
    """One customer organisation with its settings; limits are in seconds, but for `recording_days`, 0 for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    public_key = models.CharField(max_length=64, unique=True, default=new_public_key)
    identity_secret = models.CharField(max_length=64, default=new_identity_secret)
    language = models.CharField(max_length=16, default="en")
    link_ttl_seconds = models.PositiveIntegerField(default=600)
    answer_timeout_seconds = models.PositiveIntegerField(default=300)
    grace_seconds = models.PositiveIntegerField(default=120)
    allowed_origins = models.JSONField(default=list)
    asset_hosts = models.JSONField(default=list)
    masking = models.JSONField(default=dict)
    consent_text = models.TextField(blank=True)
    video_shortens_idle = models.BooleanField(default=False)
    video_has_frame = models.BooleanField(default=False)
    hours = models.JSONField(default=dict, blank=True)
    recording_days = models.PositiveIntegerField(default=0)
    ticket_counter = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OwnTenantManager()
    across_tenants = AcrossTenantsManager()

    class Meta:
        base_manager_name = "objects"


class TenantKey(models.ForeignKey[Tenant, Tenant]):
    """A new row's tenant is the one that is set.

    Not `default=`, with which the type checker takes `tenant_id` for a value that may be missing. Migrations know
    the plain field with that default.
    """

    def get_default(self) -> uuid.UUID:
        return current_tenant_id()

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", arguments, {**options, "default": current_tenant_id}


class TenantModel(models.Model):
    """Base of every row that belongs to a tenant; a new row belongs to the tenant that is set.

    Its table takes `LockTable`, and each foreign key to another tenant's row `ComposeForeignKey`, in a migration
    (`helpdesk.tenants.locks`); a system check names what is missing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The unique key (tenant_id, id) that LockTable adds serves as the index.
    tenant = TenantKey(Tenant, on_delete=models.CASCADE, editable=False, db_index=False, related_name="+")

    objects = TenantManager()
    across_tenants = AcrossTenantsManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        refuse_other_tenant(self)
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_other_tenant(self)
        return super().delete(*args, **kwargs)
