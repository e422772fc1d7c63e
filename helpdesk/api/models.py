"""API tokens; only the SHA-256 of a token is kept."""

from django.conf import settings
from django.db import models

from helpdesk.tenants.models import TenantModel


class ApiToken(TenantModel):
    name = models.CharField(max_length=200)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
