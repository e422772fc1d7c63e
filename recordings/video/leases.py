"""Leases of segments: whoever holds one that has not run out renders the segment. All in the tenant's scope."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from recordings.video.models import RecordingState, VideoSegment

LEASE_SECONDS = 60
# Segments of a recording that are handed to workers at once; who has rendered one sees to the next, so that the many
# of a long session keep no other one waiting.
QUEUED_AT_FIRST = 4
# After that many attempts at the pages a segment becomes a card; one that can't even be that fails the recording.
CARD_ATTEMPT = 3
# A worker that vanishes says nothing about the pages, unless it happens again and again.
CARD_LOSSES = 6


class LeaseLost(RuntimeError):
    """Somebody else renders the segment by now, or it is done, or deleted."""


def queue_segment(segment: VideoSegment, *, now: datetime) -> None:
    """Hand a segment to the workers; the sweep leaves it alone until a lease's time has passed."""
    from recordings.video.tasks import render_segment_task

    VideoSegment.objects.filter(id=segment.id).update(
        lease_owner="", lease_until=now + timedelta(seconds=LEASE_SECONDS), done_ms=0
    )
    transaction.on_commit(partial(render_segment_task.delay, str(segment.tenant_id), str(segment.id)))


def take_lease(segment_id: UUID, *, owner: str, now: datetime) -> VideoSegment | None:
    """The segment, if it is to be rendered and nobody else does; counts an attempt."""
    segment = VideoSegment.objects.select_for_update().filter(id=segment_id, done_at=None).first()
    if segment is None or (segment.lease_owner and segment.lease_until and segment.lease_until > now):
        return None
    return _leased(segment, owner=owner, now=now)


def take_next(recording_id: UUID, *, owner: str, now: datetime) -> VideoSegment | None:
    """Another segment of the recording that nobody renders, as `take_lease` gives it."""
    found = _unclaimed(recording_id, now=now).first()
    return _leased(found, owner=owner, now=now) if found else None


def _leased(segment: VideoSegment, *, owner: str, now: datetime) -> VideoSegment:
    """Of a segment that is locked."""
    note_loss(segment)
    segment.lease_owner, segment.lease_until = owner, now + timedelta(seconds=LEASE_SECONDS)
    segment.attempts += 1
    segment.save(update_fields=["lease_owner", "lease_until", "attempts", "losses"])
    return segment


def queue_next(recording_id: UUID, *, now: datetime) -> None:
    """Hand over a segment that nobody renders and that waits in no queue, if there is one."""
    found = _unclaimed(recording_id, now=now).filter(lease_until=None).first()
    if found:
        queue_segment(found, now=now)


def _unclaimed(recording_id: UUID, *, now: datetime) -> QuerySet[VideoSegment]:
    """In order, without those that wait for the end of a fault; locked, but for those that somebody else has locked."""
    of_recording = VideoSegment.objects.filter(recording_id=recording_id, recording__state=RecordingState.RENDERING)
    free = of_recording.filter(Q(lease_owner="") | Q(lease_until__lt=now), done_at=None)
    usable = free.exclude(faults__gt=0, lease_until__gt=now).order_by("number")
    return usable.select_for_update(skip_locked=True, of=("self",))


def note_loss(segment: VideoSegment) -> None:
    """Who still owns a lease that ran out has vanished."""
    if segment.lease_owner:
        segment.losses, segment.attempts = segment.losses + 1, max(0, segment.attempts - 1)


def becomes_card(segment: VideoSegment) -> bool:
    """Whether the pages were tried often enough."""
    return segment.attempts >= CARD_ATTEMPT or segment.losses >= CARD_LOSSES


def renew_lease(segment_id: UUID, *, owner: str, done_ms: int, now: datetime) -> None:
    """Note how much of the segment is rendered; raise `LeaseLost` when it is not `owner`'s any more."""
    held = VideoSegment.objects.filter(id=segment_id, lease_owner=owner, done_at=None)
    if not held.update(lease_until=now + timedelta(seconds=LEASE_SECONDS), done_ms=done_ms):
        raise LeaseLost(segment_id)
