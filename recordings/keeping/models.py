"""What is kept whatever happens, what has to go, and what has gone; no row of it has a visitor's data."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assist.channel.models import AssistSession
from assist.requests.models import AssistRequest
from helpdesk.tenants.models import TenantModel


class LegalHold(TenantModel):
    """While the row is there nothing deletes the session: PROTECT, and so does the foreign key in the database."""

    session = models.OneToOneField(AssistSession, on_delete=models.PROTECT, related_name="legal_hold")
    reason = models.CharField(max_length=500)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField()


class ErasureState(models.TextChoices):
    RUNNING = "running", _("Being erased")
    WAITING = "waiting", _("Waiting for what is held")
    DONE = "done", _("Erased")


class Erasure(TenantModel):
    """One visitor's sessions, erased on request. `reference` is the requester's own sign for it, such as a case number.

    Whose sessions they are stands nowhere: the requests were found when it began (`ErasureItem`).
    """

    state = models.CharField(max_length=16, choices=ErasureState.choices, default=ErasureState.RUNNING)
    reference = models.CharField(max_length=100, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "-requested_at", "-id"], name="erasure_newest")]


class ItemState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    LIVE = "live", _("The session, or the rendering of its video, goes on")
    HELD = "held", _("Kept by a legal hold")
    OBJECTS = "objects", _("Objects are being deleted")
    ERASED = "erased", _("Erased")


class ErasureItem(TenantModel):
    """One request of the visitor, and the session that came of it; `removed` is `{kind: count}` (docs/keeping.md)."""

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="items")
    request = models.ForeignKey(AssistRequest, null=True, on_delete=models.SET_NULL, related_name="+")
    session_id = models.UUIDField(null=True)
    state = models.CharField(max_length=16, choices=ItemState.choices, default=ItemState.WAITING)
    held_since = models.DateTimeField(null=True)
    removed = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "erasure", "request"], name="one_item_a_request")]


class DoomedKind(models.TextChoices):
    FOLDER = "folder", "folder"
    ASSET = "asset", "asset"
    KEYS = "keys", "keys"


class Doomed(TenantModel):
    """What follows rows that are gone, written in the transaction that took them: a killed worker leaves none behind.

    `name` is the folder of a session or a recording, the SHA-256 of an asset that goes if nobody refers to it, or the
    id of a session that has keys in Valkey.
    `request_id` is whose session it was, for an erasure that comes later than the deletion. `not_before` is of a second
    look at a folder.
    """

    kind = models.CharField(max_length=8, choices=DoomedKind.choices)
    name = models.CharField(max_length=300)
    item = models.ForeignKey(ErasureItem, null=True, on_delete=models.SET_NULL, related_name="doomed")
    request_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "created_at"], name="doomed_oldest")]
