"""A visitor's request for remote assistance (M1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.tenants.models import TenantModel
from helpdesk.tickets.models import Ticket


class RequestState(models.TextChoices):
    PENDING = "pending", _("Waiting for an agent")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled by the visitor")
    UNANSWERED = "unanswered", _("Nobody answered in time")
    OUTSIDE_HOURS = "outside_hours", _("Outside opening hours")


class AssistRequest(TenantModel):
    """`token_hash` lets the visitor's own page follow and cancel its request, nothing else."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="assist_requests")
    state = models.CharField(max_length=16, choices=RequestState.choices, default=RequestState.PENDING)
    token_hash = models.CharField(max_length=64, unique=True)
    origin = models.CharField(max_length=300)
    page_url = models.CharField(max_length=2000)
    page_title = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    visitor_name = models.CharField(max_length=200, blank=True)
    visitor_email = models.EmailField(blank=True)
    visitor_external_id = models.CharField(max_length=200, blank=True)
    visitor_is_verified = models.BooleanField(default=False)
    language = models.CharField(max_length=16, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    decline_reason = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "state", "created_at"], name="assist_request_waiting")]
