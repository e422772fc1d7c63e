"""The time-limited link of exactly one request (M2 to M4), and the receipt of the consent that redeemed it."""

from django.conf import settings
from django.db import models

from assist.requests.models import AssistRequest
from helpdesk.tenants.models import TenantModel


class InviteLink(TenantModel):
    """Landing in time counts as clicked; redeeming happens once, with consent.

    `expiry_told_at`: the later steps know that it ran out unused.
    """

    request = models.ForeignKey(AssistRequest, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    landed_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    redeemed_by_hash = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(null=True)
    expiry_told_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(redeemed_at=None, revoked_at=None, expiry_told_at=None),
                name="invite_link_overdue",
            )
        ]


class ConsentReceipt(TenantModel):
    """Who agreed to what, when, and to which text."""

    link = models.ForeignKey(InviteLink, on_delete=models.PROTECT, related_name="receipts")
    visitor_name = models.CharField(max_length=200, blank=True)
    visitor_email = models.EmailField(blank=True)
    agent_name = models.CharField(max_length=200)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    origin = models.CharField(max_length=300)
    user_agent = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField()
