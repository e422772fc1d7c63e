"""What a token may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    TICKETS_READ = "tickets:read", _("Read tickets")
    TICKETS_WRITE = "tickets:write", _("Write tickets")
    ASSIST_READ = "assist:read", _("Read assist requests and sessions")
    ASSIST_WRITE = "assist:write", _("Answer assist requests and end sessions")
    RECORDINGS_READ = "recordings:read", _("Read recordings")
    RECORDINGS_WRITE = "recordings:write", _("Render again, share, score and annotate recordings")
    RECORDINGS_ERASE = "recordings:erase", _("Hold, delete and erase recordings")
    TENANT_READ = "tenant:read", _("Read settings")
    TENANT_WRITE = "tenant:write", _("Change settings")
    AUDIT_READ = "audit:read", _("Read the audit log")
