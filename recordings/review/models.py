"""What reviewers keep: views of the list, notes at a moment, scorecards, and the scores given by them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.tenants.models import TenantModel
from recordings.video.models import Recording


class SavedView(TenantModel):
    """Filters of the list under a name; `filters` is `{field: value}` of `RecordingFilterForm`, as texts."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    is_shared = models.BooleanField(default=False)
    filters = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "owner", "name"], name="one_saved_view_a_name")]
        indexes = [models.Index(fields=["tenant", "is_shared", "name"], name="saved_view_shared")]


class RecordingNote(TenantModel):
    """`at_ms` counts from the session's start; `mentions` are the ids of the people who were told."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at_ms = models.PositiveBigIntegerField()
    body = models.TextField()
    mentions = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "recording", "at_ms"], name="recording_note_timeline")]


class Scorecard(TenantModel):
    """`criteria` is a list of `{label, weight, scale}`: points from 0 to `scale`, counted with `weight`."""

    name = models.CharField(_("name"), max_length=100)
    criteria = models.JSONField(_("criteria"))
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_scorecard_a_name")]
        verbose_name, verbose_name_plural = _("scorecard"), _("scorecards")

    def __str__(self) -> str:
        return self.name


class Score(TenantModel):
    """What one reviewer gave one recording; `answers` repeats the criteria as they were, with `points`.

    `percent` is the weighted share of all points, 0 to 100.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="scores")
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="scores")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answers = models.JSONField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "recording", "scorecard", "reviewer"], name="one_score_a_reviewer"
            )
        ]
