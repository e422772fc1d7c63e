"""Archive segments: every frame of a session, in order of arrival, in object storage."""

from django.db import models

from assist.channel.models import AssistSession
from helpdesk.tenants.models import TenantModel


class ArchiveSegment(TenantModel):
    """Committed only after its object exists. `tab_ranges` is `{tab: [first_seq, last_seq]}`."""

    session = models.ForeignKey(AssistSession, on_delete=models.CASCADE, related_name="archive_segments")
    number = models.PositiveIntegerField()
    object_key = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    frame_count = models.PositiveIntegerField()
    tab_ranges = models.JSONField()
    last_journal_id = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "session", "number"], name="one_segment_a_number")]
