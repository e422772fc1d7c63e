"""Every read of recordings. They run in the tenant's scope, but for the sweep's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from recordings.video.models import Recording, RecordingState, VideoSegment

SWEEP_ROWS = 200
PREPARE_AFTER = timedelta(seconds=60)
JOIN_AFTER = timedelta(seconds=60)


def recordings() -> QuerySet[Recording]:
    return Recording.objects.select_related("session")


def get_recording(recording_id: UUID) -> Recording:
    """Raise `Recording.DoesNotExist`."""
    return recordings().get(id=recording_id)


def rendered_segments(recording_id: UUID) -> list[VideoSegment]:
    """All segments in order, or none as long as one of them is missing."""
    segments = list(VideoSegment.objects.filter(recording_id=recording_id).order_by("number"))
    return segments if all(segment.done_at for segment in segments) else []


def abandoned_segments(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, segment) of all tenants that somebody should render and whose lease ran out."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    rows = VideoSegment.across_tenants.filter(free, done_at=None, recording__state=RecordingState.RENDERING)
    yield from rows.values_list("tenant_id", "id")[:SWEEP_ROWS]


def abandoned_recordings(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, recording) of all tenants that are pending though their archive is closed: the hand-over was lost."""
    closed = Recording.across_tenants.filter(session__archive_closed_at__lt=now - PREPARE_AFTER)
    rows = closed.filter(state=RecordingState.PENDING).order_by("created_at")
    yield from rows.values_list("tenant_id", "id")[:SWEEP_ROWS]


def unjoined_recordings(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, recording) of all tenants whose segments are all done, the last one for a while."""
    unfinished = VideoSegment.across_tenants.filter(recording=OuterRef("pk")).filter(
        Q(done_at=None) | Q(done_at__gt=now - JOIN_AFTER)
    )
    rows = Recording.across_tenants.filter(~Exists(unfinished), state=RecordingState.RENDERING)
    yield from rows.values_list("tenant_id", "id")[:SWEEP_ROWS]
