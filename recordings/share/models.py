"""Links by which people without an account watch one recording, for a while."""

from django.conf import settings
from django.db import models

from helpdesk.tenants.models import TenantModel
from recordings.video.models import Recording


class ShareLink(TenantModel):
    """Of the token only the SHA-256 is kept; who held it and looked is in the audit log."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="share_links")
    token_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "recording", "-created_at"], name="share_link_recording")]
