"""Every write of recordings and their segments. They run in the tenant's scope; tasks are handed over after commit.

The truth about a render is these rows: whoever holds an unexpired lease renders the segment, and a lease that ran
out is free again. So every task may run twice, and none is needed to run at all.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from assist.channel.models import AssistSession
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.events import publish
from recordings.video import leases
from recordings.video.facts import Layout, VideoFacts
from recordings.video.failures import FailureCode, code_of, is_of_the_pages, text_of
from recordings.video.idle import of_rows
from recordings.video.models import Recording, RecordingState, VideoSegment

MOST_LOSSES = 8
# What a page that can't be rendered takes of the workers: so many segments, each to its bound of time.
MOST_CARDS = 8
# A fault around the pages is waited out, each time for longer: 18 minutes in all.
MOST_FAULTS = 8
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 15, 300
FAILURE_CHARACTERS = 500
# So long a step before or after the segments is tried again from its first failure.
PATIENCE = timedelta(minutes=10)


class NotRetryable(RuntimeError):
    """Only a failed recording can be tried again."""


def create_recording(session_id: UUID) -> Recording | None:
    """The pending recording of an ended session, once; None for a session that was never live."""
    session = AssistSession.objects.filter(id=session_id, started_at__isnull=False, ended_at__isnull=False).first()
    if session is None:
        return None
    recording, is_new = Recording.objects.get_or_create(session=session)
    if is_new:
        _announce(recording)
    return recording


def start_rendering(recording_id: UUID, *, layout: Layout | None, now: datetime) -> None:
    """Lay out the segments and queue those that are missing; without effect unless the recording is pending.

    A recording whose segments are laid out already keeps them; for it `layout` may be None.
    """
    recording = _lock(recording_id)
    if recording.state != RecordingState.PENDING:
        return
    if layout and not recording.segments.exists():
        _lay_out(recording, layout)
    recording.state, recording.rendering_at, recording.failing_since = RecordingState.RENDERING, now, None
    recording.save()
    if not recording.segments.filter(done_at=None).exists():
        queue_join(recording)
    for segment in leases.first_ones(list(recording.segments.filter(done_at=None).order_by("number"))):
        leases.queue_segment(segment, now=now)
    _announce(recording)


def _lay_out(recording: Recording, layout: Layout) -> None:
    for name in ("width", "height", "plan", "skips", "has_frame"):
        setattr(recording, name, getattr(layout, name))
    time = of_rows(layout.skips)
    VideoSegment.objects.bulk_create(
        VideoSegment(
            recording=recording,
            number=number,
            starts_ms=starts_ms,
            ends_ms=ends_ms,
            video_ms=round(time.of_video(ends_ms) - time.of_video(starts_ms)),
            window=window,
        )
        for number, ((starts_ms, ends_ms), window) in enumerate(zip(layout.cuts, layout.windows, strict=True))
    )


def requeue_abandoned(segment_id: UUID, *, now: datetime) -> None:
    """Queue a segment again whose lease ran out; one that took too many workers along fails the recording."""
    _lock_of_segment(segment_id)
    segment = VideoSegment.objects.select_for_update().filter(id=segment_id, done_at=None).first()
    if segment is None or (segment.lease_until and segment.lease_until > now):
        return
    leases.note_loss(segment)
    segment.save(update_fields=["attempts", "losses"])
    if segment.losses >= MOST_LOSSES:
        text = f"segment {segment.number}: every worker that took it ended"
        fail_recording(segment.recording_id, failure=text, code=FailureCode.WORKERS_LOST)
    else:
        leases.queue_segment(segment, now=now)


def finish_segment(segment_id: UUID, *, owner: str, object_key: str, size_bytes: int, now: datetime) -> None:
    """Note the rendered object; with the last segment the join is queued. Raises `LeaseLost`."""
    recording = _lock_of_segment(segment_id)
    if recording is None:
        raise leases.LeaseLost(segment_id)
    held = VideoSegment.objects.filter(id=segment_id, lease_owner=owner, done_at=None)
    facts = {"object_key": object_key, "size_bytes": size_bytes, "done_ms": F("ends_ms") - F("starts_ms")}
    if not held.update(**facts, done_at=now, lease_until=None, lease_owner=""):
        raise leases.LeaseLost(segment_id)
    if not recording.segments.filter(done_at=None).exists():
        queue_join(recording)
    _announce(recording)


def release_segment(segment_id: UUID, *, owner: str, failure: BaseException, now: datetime) -> None:
    """Give a segment back after a failed attempt: queued again, until even its card has failed.

    What is no fault of the pages is no attempt at them: it waits for the sweep, up to MOST_FAULTS times.
    """
    segment = VideoSegment.objects.filter(id=segment_id, lease_owner=owner, done_at=None).first()
    if segment is None:
        return
    if not is_of_the_pages(failure):
        _wait_out(segment, failure=failure, now=now)
    elif segment.attempts >= leases.CARD_ATTEMPT:
        fail_recording(segment.recording_id, failure=text_of(failure), code=code_of(failure))
    else:
        _give_up_pages(segment.recording)
        leases.queue_segment(segment, now=now)


def _give_up_pages(recording: Recording) -> None:
    """Where so many segments could not be rendered, the missing ones become cards at once."""
    if recording.segments.filter(attempts__gte=leases.CARD_ATTEMPT).exclude(done_at=None).count() >= MOST_CARDS:
        missing = recording.segments.filter(done_at=None, attempts__lt=leases.CARD_ATTEMPT - 1)
        missing.update(attempts=leases.CARD_ATTEMPT - 1)


def _wait_out(segment: VideoSegment, *, failure: BaseException, now: datetime) -> None:
    segment.attempts, segment.faults = max(0, segment.attempts - 1), segment.faults + 1
    seconds = min(FIRST_WAIT_SECONDS * 2 ** (segment.faults - 1), LONGEST_WAIT_SECONDS)
    segment.lease_owner, segment.lease_until, segment.done_ms = "", now + timedelta(seconds=seconds), 0
    segment.save(update_fields=["attempts", "faults", "lease_owner", "lease_until", "done_ms"])
    if segment.faults >= MOST_FAULTS:
        fail_recording(segment.recording_id, failure=text_of(failure), code=code_of(failure))


def render_again(segment_id: UUID, *, failure: BaseException, now: datetime) -> None:
    """Have a segment rendered again whose object is gone, unless the video was made of it meanwhile."""
    recording = _lock(VideoSegment.objects.get(id=segment_id).recording_id)
    segment = recording.segments.exclude(done_at=None).filter(id=segment_id).first()
    if segment is None or recording.state != RecordingState.RENDERING:
        return
    segment.done_at, segment.object_key = None, ""
    segment.save(update_fields=["done_at", "object_key"])
    _wait_out(segment, failure=failure, now=now)


def queue_join(recording: Recording) -> None:
    from recordings.video.tasks import join_task

    transaction.on_commit(partial(join_task.delay, str(recording.tenant_id), str(recording.id)))


def finish_recording(recording_id: UUID, *, facts: VideoFacts, now: datetime) -> bool:
    """Commit the video, once; whether this call did, so that nobody needs the segments' objects any more.

    Raises `Recording.DoesNotExist` for one that was deleted meanwhile.
    """
    recording = _lock(recording_id)
    if recording.state != RecordingState.RENDERING:
        return False
    for name in ("object_key", "sha256", "video_bytes", "duration_ms", "chapters"):
        setattr(recording, name, getattr(facts, name))
    recording.state, recording.failure, recording.ready_at = RecordingState.READY, "", now
    recording.render_ms = round((now - recording.created_at).total_seconds() * 1000)
    recording.save()
    _announce(recording)
    return True


def keep_extras(recording_id: UUID, **values: Any) -> None:
    """Note what was made beside the video. Raises `Recording.DoesNotExist` for one that was deleted meanwhile."""
    recording = _lock(recording_id)
    for name, value in values.items():
        setattr(recording, name, value)
    recording.save(update_fields=list(values))
    _announce(recording)


def forget_segment_objects(recording_id: UUID) -> None:
    """They are deleted."""
    VideoSegment.objects.filter(recording_id=recording_id).update(object_key="")


def fail_recording(recording_id: UUID, *, failure: str, code: FailureCode) -> None:
    """Give up, with a text that says why and a code that says what to do; `retry_recording` begins again."""
    recording = _lock(recording_id)
    if recording.state == RecordingState.READY:
        return
    recording.state, recording.failure = RecordingState.FAILED, failure[:FAILURE_CHARACTERS]
    recording.failure_code = code
    recording.save(update_fields=["state", "failure", "failure_code"])
    _announce(recording)


def note_failure(recording_id: UUID, *, failure: BaseException, now: datetime) -> None:
    """Of a step that the sweep tries again; after PATIENCE the recording says what is wrong."""
    recording = _lock(recording_id)
    since = recording.failing_since or now
    Recording.objects.filter(id=recording_id).update(failing_since=since)
    if now - since > PATIENCE:
        fail_recording(recording_id, failure=text_of(failure), code=code_of(failure))


def retry_recording(recording_id: UUID) -> None:
    """Render again what is missing of a failed recording. Raises `NotRetryable`."""
    recording = _lock(recording_id)
    if recording.state != RecordingState.FAILED:
        raise NotRetryable(recording_id)
    recording.state, recording.failure, recording.failure_code = RecordingState.PENDING, "", ""
    recording.failing_since = None
    recording.save()
    counts = dict.fromkeys(("attempts", "losses", "faults", "done_ms"), 0)
    recording.segments.filter(done_at=None).update(**counts, lease_owner="", lease_until=None)
    queue_recording(recording)
    _announce(recording)


def queue_recording(recording: Recording) -> None:
    """Hand a pending recording to the workers, who read its archive and lay out the segments."""
    from recordings.video.tasks import prepare_task

    transaction.on_commit(partial(prepare_task.delay, str(recording.tenant_id), str(recording.id)))


def _lock(recording_id: UUID) -> Recording:
    return Recording.objects.select_for_update(of=("self",)).select_related("session").get(id=recording_id)


def _lock_of_segment(segment_id: UUID) -> Recording | None:
    """Before the segment, as who deletes them does; None for one that was deleted meanwhile."""
    of_segment = Recording.objects.select_for_update(of=("self",)).select_related("session")
    return of_segment.filter(segments=segment_id).first()


def _announce(recording: Recording) -> None:
    payload = {"id": str(recording.id), "session": str(recording.session_id), "state": str(recording.state)}
    publish(current_tenant_id(), "desk", kind="recording.changed", payload=payload)
