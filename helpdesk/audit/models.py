"""Who did or saw what, when and from where. Rows are added and go when they are old; the database refuses the rest."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.tenants.models import TenantModel

# Younger rows can't be deleted by anybody: the trigger in this app's first migration has the same number.
KEPT_DAYS_MIN = 90


class ActorKind(models.TextChoices):
    PERSON = "person", _("Person")
    TOKEN = "token", _("API token")
    GUEST = "guest", _("Guest with a share link")
    SYSTEM = "system", _("The desk itself")


class Action(models.TextChoices):
    """What is recorded; the field has no choices of its own, so a new one needs no migration."""

    RECORDING_VIEWED = "recording.viewed", _("Recording opened")
    RECORDING_PLAYED = "recording.played", _("Video played")
    RECORDING_DOWNLOADED = "recording.downloaded", _("Video downloaded")
    SHARE_MADE = "share.made", _("Share link made")
    SHARE_OPENED = "share.opened", _("Share link opened")
    SHARE_PLAYED = "share.played", _("Video played by a share link")
    SHARE_REVOKED = "share.revoked", _("Share link revoked")
    RECORDING_EVENTS_READ = "recording.events_read", _("Archived events read")
    RECORDING_EXPORTED = "recording.exported", _("Recording exported")
    SESSION_WATCHED = "session.watched", _("Live session opened")
    SESSION_LEFT = "session.left", _("Live session left")
    SESSION_ENDED = "session.ended", _("Session ended by an agent")
    SESSION_DELETED = "session.deleted", _("Session deleted")
    SESSION_EXPIRED = "session.expired", _("Session deleted by its age")
    HOLD_PLACED = "hold.placed", _("Legal hold placed")
    HOLD_RELEASED = "hold.released", _("Legal hold released")
    ERASURE_BEGUN = "erasure.begun", _("Erasure begun")
    ERASURE_DONE = "erasure.done", _("Erasure done")


class AuditEvent(TenantModel):
    """No foreign keys: what happened stays told when a person, a token or a recording is gone.

    `object_kind` is the REST API's word for the thing (`recording`, `share_link`), `object_id` its id.
    """

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=32)
    object_id = models.UUIDField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="audit_newest"),
            models.Index(fields=["tenant", "action", "-at", "-id"], name="audit_action"),
            models.Index(fields=["tenant", "actor_id", "-at", "-id"], name="audit_actor"),
            models.Index(fields=["tenant", "object_id", "-at", "-id"], name="audit_object"),
        ]

    def action_label(self) -> str:
        return str(Action(self.action).label) if self.action in Action.values else self.action
