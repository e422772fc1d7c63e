"""What the tenant configures about capture: mapping files for pages that are not HTML (M8)."""

from django.db import models

from helpdesk.tenants.models import TenantModel


class NativeMapping(TenantModel):
    name = models.SlugField(max_length=100)
    document = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_native_mapping_a_name")]
