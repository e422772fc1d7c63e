"""Rendering: prepare lays out the segments, each is rendered by whoever takes its lease, join makes the video."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from assist.channel.valkey import sync_client
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task
from recordings.video import actions, extras, leases, planned, queries
from recordings.video.facts import Layout, VideoFacts
from recordings.video.locks import alone_at
from recordings.video.models import Recording, RecordingState, VideoSegment
from recordings.video.produce import (
    Archive,
    SegmentGone,
    Survey,
    join_video,
    planned_archive,
    sha256_of,
    survey_archive,
)
from recordings.video.segment_files import SegmentFiles
from recordings.video.workspace import workspace

logger = logging.getLogger(__name__)

# With so many waiting the workers have enough to do; what is lost is queued again when they have come that far.
SWEEP_MOST = 100
# So long a worker stays with one recording while others wait; to load and build its page takes half a second.
TURN_SECONDS = 10
# Segments whose frames a stage gets together: to build a page anew takes as long as a second of the session.
LOADED_AT_ONCE = 4


@tenant_task("recordings.video.prepare", long=True, acks_late=True)
def prepare_task(tenant_id: UUID, recording_id: str) -> None:
    """Cut a pending recording into segments, once its archive is closed."""
    with tenant_scope(tenant_id):
        recording = queries.get_recording(UUID(recording_id))
    if recording.state != RecordingState.PENDING or recording.session.archive_closed_at is None:
        return
    with alone_at("prepare", recording.id) as is_alone, _failing_in_the_end(tenant_id, recording):
        if not is_alone:
            return
        # Who tries again keeps what is laid out, whatever the tenant has set meanwhile.
        layout = None if recording.plan else _layout(survey_archive(tenant_id, recording.session_id))
        with tenant_scope(tenant_id):
            actions.start_rendering(recording.id, layout=layout, now=timezone.now())


def _layout(survey: Survey) -> Layout:
    timeline = survey.archive.timeline
    size, cuts = survey.archive.canvas, timeline.cuts()
    return Layout(
        cuts=cuts,
        windows=survey.windows(cuts),
        plan=planned.as_document(timeline),
        skips=planned.rows_of(timeline),
        has_frame=survey.archive.strip is not None,
        width=size.width,
        height=size.height,
    )


@contextmanager
def _failing_in_the_end(tenant_id: UUID, recording: Recording) -> Iterator[None]:
    """Leave a failed step to the sweep, which tries again for a while."""
    try:
        yield
    except Recording.DoesNotExist:
        logger.info("recording %s was deleted meanwhile", recording.id)
    except Exception as failure:
        logger.exception("recording %s failed", recording.id)
        with tenant_scope(tenant_id):
            actions.note_failure(recording.id, failure=failure, now=timezone.now())


# acks_late: a worker that renders takes no other message meanwhile.
@tenant_task("recordings.video.render", long=True, acks_late=True)
def render_segment_task(tenant_id: UUID, segment_id: str) -> None:
    """Render this segment, unless somebody else does or did, and then further ones of its recording for a turn."""
    owner, ends_at = uuid4().hex, time.monotonic() + TURN_SECONDS
    with tenant_scope(tenant_id):
        segment = leases.take_lease(UUID(segment_id), owner=owner, now=timezone.now())
        archive = planned_archive(queries.get_recording(segment.recording_id)) if segment else None
    if archive is None:
        return
    with SegmentFiles(archive) as files:
        while segment is not None:
            _render_leased(files, segment, owner=owner)
            segment = _next_of(segment, owner=owner, is_over=time.monotonic() > ends_at)


def _next_of(before: VideoSegment, *, owner: str, is_over: bool) -> VideoSegment | None:
    """Where other recordings wait for a worker, the turn ends in time; where nobody waits, somebody may be idle."""
    recording_id, now, waiting = before.recording_id, timezone.now(), sync_client().llen(settings.RENDER_QUEUE)
    with tenant_scope(before.tenant_id):
        ends = is_over and waiting > leases.count_queued(recording_id, now=now)
        segment = None if ends else leases.take_next(recording_id, after=before.number, owner=owner, now=now)
        if segment is None or not waiting:
            leases.queue_next(recording_id, now=now)
    return segment


def _render_leased(files: SegmentFiles, segment: VideoSegment, *, owner: str) -> None:
    tenant_id = files.archive.tenant_id
    try:
        _render(files, segment, owner=owner)
    except leases.LeaseLost:
        logger.info("segment %s was taken over, or deleted", segment.id)
    except Exception as failure:
        logger.exception("segment %s failed at attempt %s", segment.id, segment.attempts)
        with tenant_scope(tenant_id):
            actions.release_segment(segment.id, owner=owner, failure=failure, now=timezone.now())


def _render(files: SegmentFiles, segment: VideoSegment, *, owner: str) -> None:
    tenant_id = files.archive.tenant_id

    def renew(done_ms: int) -> None:
        with tenant_scope(tenant_id):
            leases.renew_lease(segment.id, owner=owner, done_ms=done_ms, now=timezone.now())

    render = files.render_card if leases.becomes_card(segment) else partial(files.render, following=_after(segment))
    key = f"{_segments_key(tenant_id, segment.recording_id)}/{segment.number}-{owner}.mp4"
    with workspace() as folder:
        path = folder / "segment.mp4"
        cost = render(segment, path, on_progress=renew)
        logger.info("segment %s of %s: %s", segment.number, segment.recording_id, cost)
        renew(segment.ends_ms - segment.starts_ms)
        store.put_file(key, str(path), content_type="video/mp4")
        size_bytes = path.stat().st_size
    try:
        with tenant_scope(tenant_id):
            actions.finish_segment(segment.id, owner=owner, object_key=key, size_bytes=size_bytes, now=timezone.now())
    except leases.LeaseLost:
        store.delete(key)
        raise


def _after(segment: VideoSegment) -> list[VideoSegment]:
    """What this worker may come to next."""
    with tenant_scope(segment.tenant_id):
        return leases.following(segment, most=LOADED_AT_ONCE - 1, now=timezone.now())


@tenant_task("recordings.video.join", long=True, acks_late=True)
def join_task(tenant_id: UUID, recording_id: str) -> None:
    """Join the rendered segments, upload the video, commit it once, and remove the segments' objects."""
    with alone_at("join", UUID(recording_id)) as is_alone:
        if is_alone:
            _join_rendered(tenant_id, recording_id)


def _join_rendered(tenant_id: UUID, recording_id: str) -> None:
    with tenant_scope(tenant_id):
        recording = queries.get_recording(UUID(recording_id))
        segments = queries.rendered_segments(recording.id)
        archive = planned_archive(recording) if segments else None
    if archive is None or recording.state != RecordingState.RENDERING:
        return
    with _failing_in_the_end(tenant_id, recording):
        try:
            _join(archive, recording, segments)
        except SegmentGone as gone:
            with tenant_scope(tenant_id):
                actions.render_again(gone.args[0], failure=gone, now=timezone.now())


def _join(archive: Archive, recording: Recording, segments: list[VideoSegment]) -> None:
    tenant_id = archive.tenant_id
    with workspace() as folder:
        path = join_video(archive, segments, folder)
        facts = _uploaded(path, archive, recording_id=recording.id)
        is_committed = _commit(tenant_id, recording.id, facts)
        if is_committed:
            extras.add_filmstrip(recording, path)
            extras.queue_extras(recording)
    if is_committed:
        _clear(tenant_id, recording.id)


def _commit(tenant_id: UUID, recording_id: UUID, facts: VideoFacts) -> bool:
    """Leave no object of a recording that was deleted meanwhile. Raises `Recording.DoesNotExist`."""
    try:
        with tenant_scope(tenant_id):
            return actions.finish_recording(recording_id, facts=facts, now=timezone.now())
    except Recording.DoesNotExist:
        store.delete(facts.object_key)
        raise


def _clear(tenant_id: UUID, recording_id: UUID) -> None:
    """Remove the segments' objects, all of them: a worker that died may have left one that no row names."""
    store.delete_below(_segments_key(tenant_id, recording_id))
    store.end_uploads_below(object_key(tenant_id, "recordings", recording_id))
    with tenant_scope(tenant_id):
        actions.forget_segment_objects(recording_id)


@tenant_task("recordings.video.clear", long=True)
def clear_task(tenant_id: UUID, recording_id: str) -> None:
    """What the worker that committed the video did not come to."""
    _clear(tenant_id, UUID(recording_id))


def _segments_key(tenant_id: UUID, recording_id: UUID) -> str:
    return object_key(tenant_id, "recordings", recording_id, "segments")


def _uploaded(path: Path, archive: Archive, *, recording_id: UUID) -> VideoFacts:
    """Named by its content: a second join writes the same object, not another."""
    sha256 = sha256_of(path)
    key = object_key(archive.tenant_id, "recordings", recording_id, f"{sha256}.mp4")
    store.put_file(key, str(path), content_type="video/mp4")
    return VideoFacts(
        object_key=key,
        sha256=sha256,
        video_bytes=path.stat().st_size,
        duration_ms=archive.timeline.duration_ms,
        chapters=archive.timeline.chapters(),
    )


@cross_tenant_task("recordings.video.sweep")
def sweep_task() -> None:
    """Queue again what a dead worker, a lost message or a broker without memory left behind.

    Nobody can tell that from what only waits in the queue, so the queue's length is the bound.
    """
    now, room = timezone.now(), SWEEP_MOST - sync_client().llen(settings.RENDER_QUEUE)
    left = [(join_task, found) for found in queries.unjoined_recordings(now)]
    left += [(prepare_task, found) for found in queries.abandoned_recordings(now)]
    left += [(clear_task, found) for found in queries.uncleared_recordings(now)]
    left += [(requeue_task, found) for found in queries.abandoned_segments(now)]
    for task, (tenant_id, row_id) in left[: max(0, room)]:
        task.delay(str(tenant_id), str(row_id))


@tenant_task("recordings.video.requeue")
def requeue_task(segment_id: str) -> None:
    actions.requeue_abandoned(UUID(segment_id), now=timezone.now())
