"""What was shown and typed in a session, to be found again."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from helpdesk.tenants.models import TenantModel
from recordings.video.models import Recording


class SessionText(TenantModel):
    """`moments` is a list of `[at_ms, text]` in the order of time, each text where it was first shown or typed.

    `words` has the tokens of all of it, those of addresses behind `u:`, and one that names the tenant: row-level
    security keeps the index from being asked for words by the application, so a function asks for both at once.
    `is_cut` where the session had more than is kept. The row is there before the session is read: `lease_ends_at` is
    when whoever reads it is given up, None once it was read; `attempts` is how often that was begun.
    """

    recording = models.OneToOneField(Recording, on_delete=models.CASCADE, related_name="session_text")
    recorded_at = models.DateTimeField()
    words = SearchVectorField()
    moments = models.JSONField(default=list)
    is_cut = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [GinIndex(fields=["words"], name="session_text_words", fastupdate=False)]
