"""Every read of recordings. They run in the tenant's scope, but for the sweep's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf

from recordings.video.models import Recording, RecordingState, VideoSegment

SWEEP_ROWS = 200
PREPARE_AFTER = timedelta(seconds=60)
JOIN_AFTER = timedelta(seconds=60)
CLEAR_WITHIN = timedelta(days=2)
# Of a segment; what is shortened is rendered as fast as its part of the video is short.
SESSION_MS = F("ends_ms") - F("starts_ms")
VIDEO_MS = Coalesce(F("video_ms"), SESSION_MS, output_field=BigIntegerField())
DONE_VIDEO_MS = Coalesce(VIDEO_MS * F("done_ms") / NullIf(SESSION_MS, 0), 0, output_field=BigIntegerField())


@dataclass(frozen=True)
class Progress:
    """How far a video is: ms of the session, percent, and an estimate of the ms left, None while there is none."""

    done_ms: int
    of_ms: int
    remaining_ms: int | None

    @property
    def percent(self) -> int:
        """100 only for what is ready: joining and uploading come last."""
        return 100 * self.done_ms // self.of_ms if self.of_ms else 0


def recordings() -> QuerySet[Recording]:
    """Each with what `progress_of` needs, and with its chapters."""
    return with_progress(Recording.objects.select_related("session")).defer(None).defer("plan")


def with_progress(rows: QuerySet[Recording]) -> QuerySet[Recording]:
    """Without what grows with the session."""
    segments = VideoSegment.objects.filter(recording=OuterRef("pk")).order_by()
    fresh = segments.filter(Q(done_at=None) | Q(done_at__gte=OuterRef("rendering_at")))
    return rows.defer("plan", "chapters").annotate(
        laid_out_ms=_sum_of(segments, F("ends_ms") - F("starts_ms")),
        rendered_ms=_sum_of(segments, F("done_ms")),
        left_video_ms=_sum_of(segments, VIDEO_MS - DONE_VIDEO_MS),
        fresh_video_ms=_sum_of(fresh, DONE_VIDEO_MS),
    )


def _sum_of(segments: QuerySet[VideoSegment], length: Combinable) -> Coalesce:
    total = segments.values("recording").annotate(total=Sum(length)).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), 0)


def progress_of(recording: Recording, *, now: datetime) -> Progress:
    """Of a row of `with_progress`. What is left takes as long as what was rendered since the segments were queued."""
    row: Any = recording
    if recording.state == RecordingState.READY:
        return Progress(recording.duration_ms or 1, recording.duration_ms or 1, 0)
    is_moving = recording.state == RecordingState.RENDERING and row.fresh_video_ms and recording.rendering_at
    if not is_moving:
        return Progress(row.rendered_ms, row.laid_out_ms, None)
    spent_ms = (now - recording.rendering_at).total_seconds() * 1000  # type: ignore[operator]
    left_ms = row.left_video_ms * spent_ms / row.fresh_video_ms
    return Progress(min(row.rendered_ms, row.laid_out_ms - 1), row.laid_out_ms, round(left_ms))


def get_recording(recording_id: UUID) -> Recording:
    """Raise `Recording.DoesNotExist`."""
    return Recording.objects.select_related("session").get(id=recording_id)


def rendered_segments(recording_id: UUID) -> list[VideoSegment]:
    """All segments in order, or none as long as one of them is missing."""
    segments = list(VideoSegment.objects.filter(recording_id=recording_id).order_by("number"))
    return segments if all(segment.done_at for segment in segments) else []


def abandoned_segments(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, segment) of all tenants that somebody should render: their lease ran out, or nobody comes to them."""
    missing = VideoSegment.across_tenants.filter(done_at=None)
    coming = missing.filter(recording=OuterRef("recording"), lease_until__gte=now)
    free = Q(lease_until__lt=now) | (Q(lease_until=None) & ~Exists(coming))
    rows = missing.filter(free, recording__state=RecordingState.RENDERING).order_by("recording", "number")
    yield from rows.values_list("tenant_id", "id")[:SWEEP_ROWS]


def abandoned_recordings(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, recording) of all tenants that are pending though their archive is closed: the hand-over was lost."""
    closed = Recording.across_tenants.filter(session__archive_closed_at__lt=now - PREPARE_AFTER)
    rows = closed.filter(state=RecordingState.PENDING).order_by("created_at")
    yield from rows.values_list("tenant_id", "id")[:SWEEP_ROWS]


def uncleared_recordings(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, recording) of all tenants that are ready, and whose segments' objects somebody should have deleted."""
    kept = VideoSegment.across_tenants.filter(recording=OuterRef("pk")).exclude(object_key="")
    ready = Recording.across_tenants.filter(state=RecordingState.READY, ready_at__lt=now - JOIN_AFTER)
    rows = ready.filter(Exists(kept), ready_at__gt=now - CLEAR_WITHIN)
    yield from rows.values_list("tenant_id", "id")[:SWEEP_ROWS]


def unjoined_recordings(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """(tenant, recording) of all tenants whose segments are all done, the last one for a while."""
    unfinished = VideoSegment.across_tenants.filter(recording=OuterRef("pk")).filter(
        Q(done_at=None) | Q(done_at__gt=now - JOIN_AFTER)
    )
    rows = Recording.across_tenants.filter(~Exists(unfinished), state=RecordingState.RENDERING)
    yield from rows.values_list("tenant_id", "id")[:SWEEP_ROWS]
