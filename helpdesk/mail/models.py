"""Mail that goes out: written in the transaction that causes it, sent after commit, kept as proof."""

from django.db import models

from helpdesk.tenants.models import TenantModel


class OutgoingMail(TenantModel):
    """One message to one address; `sent_at` is set once the mail server has taken it."""

    to = models.EmailField()
    subject = models.CharField(max_length=400)
    body = models.TextField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], condition=models.Q(sent_at=None), name="outgoing_mail_waiting")]
