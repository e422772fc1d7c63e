"""Leases of segments: whoever holds one that has not run out renders the segment. All in the tenant's scope."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from recordings.video.models import RecordingState, VideoSegment
from recordings.video.window import runs_of

LEASE_SECONDS = 60
# Segments of a recording that are handed to workers at once; who has rendered one sees to the next, so that the many
# of a long session keep no other one waiting.
QUEUED_AT_FIRST = 4
QUEUED_IN_TURN = (0, 2, 1, 3)
# After that many attempts at the pages a segment becomes a card; one that can't even be that fails the recording.
CARD_ATTEMPT = 3
# A worker that vanishes says nothing about the pages, unless it happens again and again.
CARD_LOSSES = 6


class LeaseLost(RuntimeError):
    """Somebody else renders the segment by now, or it is done, or deleted."""


def first_ones(segments: Sequence[VideoSegment]) -> list[VideoSegment]:
    """Those with which the workers begin: far from each other, so that each can go on from there."""
    places = [len(segments) * part // QUEUED_AT_FIRST for part in QUEUED_IN_TURN]
    return [segments[place] for place in dict.fromkeys(places)] if segments else []


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


def take_next(recording_id: UUID, *, after: int, owner: str, now: datetime) -> VideoSegment | None:
    """Another segment of the recording that nobody renders, as `take_lease` gives it.

    If possible the one after the segment `after`, for which the stage can go on; else from the middle of the longest
    run of them, since somebody else is about to come to its beginning.
    """
    unclaimed = _unclaimed(recording_id, now=now)
    for number in _by_preference(list(unclaimed.values_list("number", flat=True)), after=after):
        found = _locked(unclaimed.filter(number=number)).first()
        if found:
            return _leased(found, owner=owner, now=now)
    return None


def following(segment: VideoSegment, *, most: int, now: datetime) -> list[VideoSegment]:
    """The segments after it that nobody renders yet, up to the first that somebody does, or could not."""
    fresh = _unclaimed(segment.recording_id, now=now).filter(attempts=0, losses=0)
    near = fresh.filter(number__gt=segment.number, number__lte=segment.number + most)
    return [found for at, found in enumerate(near) if found.number == segment.number + 1 + at]


def _by_preference(numbers: list[int], *, after: int) -> Iterator[int]:
    if after + 1 in numbers:
        yield after + 1
    longest = max(runs_of(numbers), key=len, default=[])
    yield from longest[len(longest) // 2 :][:1]
    yield from numbers


def _leased(segment: VideoSegment, *, owner: str, now: datetime) -> VideoSegment:
    """Of a segment that is locked."""
    note_loss(segment)
    segment.lease_owner, segment.lease_until = owner, now + timedelta(seconds=LEASE_SECONDS)
    segment.attempts += 1
    segment.save(update_fields=["lease_owner", "lease_until", "attempts", "losses"])
    return segment


def queue_next(recording_id: UUID, *, now: datetime) -> None:
    """Hand over a segment that nobody renders and that waits in no queue, if there is one."""
    found = _locked(_unclaimed(recording_id, now=now).filter(lease_until=None)).first()
    if found:
        queue_segment(found, now=now)


def count_queued(recording_id: UUID, *, now: datetime) -> int:
    """Those that nobody renders and that wait in the queue."""
    return _unclaimed(recording_id, now=now).filter(lease_until__gt=now).count()


def _unclaimed(recording_id: UUID, *, now: datetime) -> QuerySet[VideoSegment]:
    """In order, without those that wait for the end of a fault."""
    of_recording = VideoSegment.objects.filter(recording_id=recording_id, recording__state=RecordingState.RENDERING)
    free = of_recording.filter(Q(lease_owner="") | Q(lease_until__lt=now), done_at=None)
    return free.exclude(faults__gt=0, lease_until__gt=now).order_by("number")


def _locked(segments: QuerySet[VideoSegment]) -> QuerySet[VideoSegment]:
    """But for those that somebody else has locked."""
    return segments.select_for_update(skip_locked=True, of=("self",))


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
