"""Rendering: prepare lays out the segments, each is rendered by whoever takes its lease, join makes the video."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from assist.channel.valkey import sync_client
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task
from recordings.video import actions, extras, queries
from recordings.video.models import Recording, RecordingState, VideoSegment
from recordings.video.produce import Archive, join_video, read_archive, render_card, render_segment, sha256_of

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=10)
# With so many waiting the workers have enough to do; what is lost is queued again when they have come that far.
SWEEP_MOST = 100


@tenant_task("recordings.video.prepare", long=True)
def prepare_task(tenant_id: UUID, recording_id: str) -> None:
    """Cut a pending recording into segments, once its archive is closed."""
    with tenant_scope(tenant_id):
        recording = queries.get_recording(UUID(recording_id))
    if recording.state != RecordingState.PENDING or recording.session.archive_closed_at is None:
        return
    with _failing_in_the_end(tenant_id, recording):
        timeline = read_archive(tenant_id, recording.session_id).timeline
        size = timeline.canvas()
        with tenant_scope(tenant_id):
            actions.start_rendering(
                recording.id, cuts=timeline.cuts(), width=size.width, height=size.height, now=timezone.now()
            )


@contextmanager
def _failing_in_the_end(tenant_id: UUID, recording: Recording) -> Iterator[None]:
    """Leave a failed step to the sweep, which tries again; after PATIENCE the recording says what is wrong."""
    try:
        yield
    except Exception as failure:
        logger.exception("recording %s failed", recording.id)
        if timezone.now() - recording.created_at > PATIENCE:
            with tenant_scope(tenant_id):
                actions.fail_recording(recording.id, failure=_text_of(failure))


@tenant_task("recordings.video.render", long=True)
def render_segment_task(tenant_id: UUID, segment_id: str) -> None:
    """Render one segment, unless somebody else does or did."""
    owner = uuid4().hex
    with tenant_scope(tenant_id):
        segment = actions.take_lease(UUID(segment_id), owner=owner, now=timezone.now())
        session_id = segment.recording.session_id if segment else None
    if segment is None or session_id is None:
        return
    try:
        _render(tenant_id, session_id, segment, owner=owner)
    except actions.LeaseLost:
        logger.info("segment %s was taken over", segment.id)
    except Exception as failure:
        logger.exception("segment %s failed at attempt %s", segment.id, segment.attempts)
        with tenant_scope(tenant_id):
            actions.release_segment(segment.id, owner=owner, failure=_text_of(failure), now=timezone.now())


def _render(tenant_id: UUID, session_id: UUID, segment: VideoSegment, *, owner: str) -> None:
    def renew(_done_ms: int) -> None:
        with tenant_scope(tenant_id):
            actions.renew_lease(segment.id, owner=owner, now=timezone.now())

    archive = read_archive(tenant_id, session_id)
    render = render_segment if segment.attempts < actions.CARD_ATTEMPT else render_card
    key = f"{_segments_key(tenant_id, segment.recording_id)}/{segment.number}-{owner}.mp4"
    with tempfile.TemporaryDirectory(prefix="alongside-render-") as folder:
        path = Path(folder, "segment.mp4")
        cost = render(archive, segment, path, on_progress=renew)
        logger.info("segment %s of %s: %s", segment.number, segment.recording_id, cost)
        store.put_file(key, str(path), content_type="video/mp4")
        size_bytes = path.stat().st_size
    try:
        with tenant_scope(tenant_id):
            actions.finish_segment(segment.id, owner=owner, object_key=key, size_bytes=size_bytes, now=timezone.now())
    except actions.LeaseLost:
        store.delete(key)
        raise


@tenant_task("recordings.video.join", long=True)
def join_task(tenant_id: UUID, recording_id: str) -> None:
    """Join the rendered segments, upload the video, commit it once, and remove the segments' objects."""
    with tenant_scope(tenant_id):
        recording = queries.get_recording(UUID(recording_id))
        segments = queries.rendered_segments(recording.id)
    if recording.state != RecordingState.RENDERING or not segments:
        return
    with _failing_in_the_end(tenant_id, recording):
        _join(tenant_id, recording, segments)


def _join(tenant_id: UUID, recording: Recording, segments: list[VideoSegment]) -> None:
    archive = read_archive(tenant_id, recording.session_id)
    with tempfile.TemporaryDirectory(prefix="alongside-render-") as folder:
        path = join_video(archive, segments, Path(folder))
        facts = _uploaded(path, archive, recording_id=recording.id)
        with tenant_scope(tenant_id):
            is_committed = actions.finish_recording(recording.id, facts=facts, now=timezone.now())
        if is_committed:
            extras.add_filmstrip(recording, path)
            extras.queue_extras(recording)
    if is_committed:  # all of them: a worker that died may have left one that no row names
        store.delete_below(_segments_key(tenant_id, recording.id))


def _segments_key(tenant_id: UUID, recording_id: UUID) -> str:
    return object_key(tenant_id, "recordings", recording_id, "segments")


def _uploaded(path: Path, archive: Archive, *, recording_id: UUID) -> actions.VideoFacts:
    """Named by its content: a second join writes the same object, not another."""
    sha256 = sha256_of(path)
    key = object_key(archive.tenant_id, "recordings", recording_id, f"{sha256}.mp4")
    store.put_file(key, str(path), content_type="video/mp4")
    return actions.VideoFacts(
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
    left = [(requeue_task, found) for found in queries.abandoned_segments(now)]
    left += [(join_task, found) for found in queries.unjoined_recordings(now)]
    left += [(prepare_task, found) for found in queries.abandoned_recordings(now)]
    for task, (tenant_id, row_id) in left[: max(0, room)]:
        task.delay(str(tenant_id), str(row_id))


@tenant_task("recordings.video.requeue")
def requeue_task(segment_id: str) -> None:
    actions.requeue_abandoned(UUID(segment_id), now=timezone.now())


def _text_of(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"
