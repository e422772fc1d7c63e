"""The video of a session, rendered in segments that hold leases."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assist.channel.models import AssistSession
from helpdesk.tenants.models import TenantModel
from recordings.video.failures import FailureCode


class RecordingState(models.TextChoices):
    PENDING = "pending", _("Waiting to be rendered")
    RENDERING = "rendering", _("Being rendered")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class Recording(TenantModel):
    """`chapters` is a list of `{page_id, title, url, kind, starts_ms, ends_ms}`, in ms since the session's start.

    `plan` is what `recordings.video.planned` reads again; `skips` are the stretches of the session that the video
    shows in less time, `{starts_ms, ends_ms, kept_ms}` in order; `rendering_at` is when the segments were last queued,
    `failing_since` when the step before or after them that fails did so first.
    `filmstrip` is the grid of the sprite; what the last five fields name is made after the video, or when somebody
    looks, and may be missing.
    """

    session = models.OneToOneField(AssistSession, on_delete=models.CASCADE, related_name="recording")
    state = models.CharField(max_length=16, choices=RecordingState.choices, default=RecordingState.PENDING)
    failure = models.TextField(blank=True)
    failure_code = models.CharField(max_length=16, blank=True)
    object_key = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    video_bytes = models.PositiveBigIntegerField(null=True)
    duration_ms = models.PositiveBigIntegerField(null=True)
    render_ms = models.PositiveBigIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    chapters = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    skips = models.JSONField(default=list)
    has_frame = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    rendering_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    filmstrip_key = models.CharField(max_length=300, blank=True)
    filmstrip = models.JSONField(default=dict)
    thumbnail_key = models.CharField(max_length=300, blank=True)
    outline_key = models.CharField(max_length=300, blank=True)
    log_key = models.CharField(max_length=300, blank=True)

    @property
    def failure_advice(self) -> str:
        """What happened and what to do next; empty where nothing failed."""
        return str(FailureCode(self.failure_code).label) if self.failure_code in FailureCode.values else ""


class VideoSegment(TenantModel):
    """One stretch of the session [starts_ms, ends_ms); whoever holds an unexpired lease renders it.

    `attempts` are those that failed and the one that goes on; `losses` counts workers that vanished with a lease,
    `faults` what failed around the pages: the browser's start, the object store, the disk.
    It takes `video_ms` of the video (null: its whole length); `done_ms` of it are rendered. `window` is the part of the
    archive that it needs, as `recordings.video.window` says.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="segments")
    number = models.PositiveIntegerField()
    starts_ms = models.PositiveBigIntegerField()
    ends_ms = models.PositiveBigIntegerField()
    video_ms = models.PositiveBigIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    window = models.JSONField(default=dict)
    done_ms = models.PositiveBigIntegerField(default=0)
    object_key = models.CharField(max_length=300, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "recording", "number"], name="one_video_segment_a_number")
        ]
