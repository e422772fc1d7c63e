"""From a closed archive to a committed video: rows, leases, objects, and what the video shows."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
from django.utils import timezone

from assist.channel.models import AssistSession
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from recordings.archive.models import ArchiveSegment
from recordings.archive.signals import archive_closed
from recordings.video import actions, leases, produce, queries, segment_files, tasks
from recordings.video.models import Recording, RecordingState, VideoSegment
from tests import factories
from tests.video.conftest import chromium
from tests.video.recorded import Recorded, archive, without_frames

SEEK = """time => new Promise((done) => {
  const video = document.querySelector('video');
  video.pause();
  const told = () => done([video.currentTime, video.readyState >= 2 && !video.error]);
  video.addEventListener('seeked', told, { once: true });
  video.currentTime = time;
})"""

Frames = list[tuple[int, np.ndarray]]


def run_all(recording: Recording) -> Recording:
    """What workers do, one after the other."""
    tenant_id = str(recording.tenant_id)
    tasks.prepare_task(tenant_id, str(recording.id))
    for segment in segments_of(recording):
        for _attempt in range(1, leases.CARD_ATTEMPT):  # each does nothing once the segment is rendered
            tasks.render_segment_task(tenant_id, str(segment.id))
    tasks.join_task(tenant_id, str(recording.id))
    return fresh(recording)


def fresh(recording: Recording) -> Recording:
    with tenant_scope(recording.tenant_id):
        return queries.get_recording(recording.id)


def segments_of(recording: Recording) -> list[VideoSegment]:
    with tenant_scope(recording.tenant_id):
        return list(VideoSegment.objects.filter(recording=recording).order_by("number"))


def video_of(recording: Recording) -> bytes:
    assert recording.state == RecordingState.READY, recording.failure
    return store.get(recording.object_key)


def frames_of(video: bytes) -> Frames:
    with av.open(io.BytesIO(video)) as container:
        return [(frame.pts, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def frame_at(frames: Frames, at_ms: float) -> np.ndarray:
    return [picture for at, picture in frames if at <= at_ms][-1]


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """SSIM of the grey pictures over windows of 8 × 8."""
    x, y = (_windows(picture.mean(axis=2)) for picture in (one, other))
    mean_x, mean_y = x.mean(-1), y.mean(-1)
    both = (x * y).mean(-1) - mean_x * mean_y
    top = (2 * mean_x * mean_y + 6.5) * (2 * both + 58.5)
    return float((top / ((mean_x**2 + mean_y**2 + 6.5) * (x.var(-1) + y.var(-1) + 58.5))).mean())


def _windows(grey: np.ndarray) -> np.ndarray:
    height, width = (side // 8 * 8 for side in grey.shape)
    blocks = grey[:height, :width].reshape(height // 8, 8, width // 8, 8)
    return blocks.swapaxes(1, 2).reshape(height // 8, width // 8, 64)


def shown_at(video: bytes, recorded: Recorded) -> dict[str, np.ndarray]:
    """What the video shows at each checkpoint, without the matte around it."""
    frames = frames_of(video)
    shown = {}
    for checkpoint in recorded.checkpoints:
        picture = frame_at(frames, checkpoint.at_ms - recorded.started_ms)
        height, width = checkpoint.picture.shape[:2]
        top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
        shown[checkpoint.name] = picture[top : top + height, left : left + width]
    return shown


@dataclass
class Rendered:
    """The recorded session's video, and what its row said."""

    recording: Recording
    video: bytes


@pytest.fixture(scope="module")
def rendered_once() -> list[Rendered]:
    return []


@pytest.fixture
def rendered(rendered_once: list[Rendered], ended: Callable[..., Any]) -> Rendered:
    """Rendered for the first test that only looks at it; rows and tenant go with that test, the object stays."""
    if not rendered_once:
        recording = run_all(ended())
        rendered_once.append(Rendered(recording, video_of(recording)))
    return rendered_once[0]


def test_video_shows_what_the_visitor_saw(rendered: Rendered, recorded: Recorded) -> None:
    shown = shown_at(rendered.video, recorded)
    likenesses = {point.name: likeness(shown[point.name], point.picture) for point in recorded.checkpoints}
    assert min(likenesses.values()) > 0.97, likenesses


def test_video_lasts_as_long_as_the_session_with_a_chapter_for_each_visit(
    rendered: Rendered, recorded: Recorded
) -> None:
    recording, video = rendered.recording, rendered.video
    with av.open(io.BytesIO(video)) as container:
        length_ms = float(container.duration) / 1000
        titles = [chapter["metadata"]["title"] for chapter in container.chapters()]
    assert length_ms == pytest.approx(recorded.ended_ms - recorded.started_ms, abs=250)
    assert recording.duration_ms == pytest.approx(length_ms, abs=2)
    pages = ["Dashboard", "Tables", "Buttons", "Tables"]
    assert titles == [chapter["title"] for chapter in recording.chapters] == [f"SB Admin 2 - {page}" for page in pages]
    assert 0 < video.find(b"moov") < video.find(b"mdat")
    assert recording.video_bytes == len(video)


def test_two_renders_show_the_same(rendered: Rendered, recorded: Recorded) -> None:
    with tenant_scope(factories.tenant().id):  # a tenant has an asset once
        second = actions.create_recording(archive(recorded).id)
    assert second is not None
    one, other = (shown_at(video, recorded) for video in (rendered.video, video_of(run_all(second))))
    likenesses = {name: likeness(one[name], other[name]) for name in one}
    assert min(likenesses.values()) > 0.99, likenesses


def test_lost_frames_are_named_on_a_card(ended: Callable[..., Any], recorded: Recorded) -> None:
    table = next(checkpoint for checkpoint in recorded.checkpoints if checkpoint.name == "scrolled table")
    lost = without_frames(recorded, from_ms=table.at_ms - 1800, to_ms=table.at_ms + 100)
    frames = frames_of(video_of(run_all(ended(lost))))
    assert frame_at(frames, table.at_ms - recorded.started_ms - 400)[5, 5].max() < 80


def test_lost_archive_segment_is_named_on_a_card(ended: Callable[..., Any]) -> None:
    recording = ended()
    with tenant_scope(recording.tenant_id):
        segment = ArchiveSegment.objects.get(session_id=recording.session_id, number=3)
    store.delete(segment.object_key)
    timeline = produce.survey_archive(recording.tenant_id, recording.session_id).archive.timeline
    assert [hole.kind for hole in timeline.holes] == ["gap"]
    assert timeline.holes[0].ends_ms == timeline.duration_ms
    frames = frames_of(video_of(run_all(recording)))
    assert frames[-1][1][5, 5].max() < 80


def test_video_plays_and_seeks_in_a_browser(rendered: Rendered) -> None:
    recording = rendered.recording
    address = store.presign(recording.object_key, expires_seconds=60)
    with chromium() as browser:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_function("document.querySelector('video')?.readyState >= 1")
        length = page.evaluate("document.querySelector('video').duration")
        states = [page.evaluate(SEEK, length * share) for share in (0.7, 0.1, 0.9)]
    assert length * 1000 == pytest.approx(recording.duration_ms, abs=250)
    assert states == [[pytest.approx(length * share, abs=0.5), True] for share in (0.7, 0.1, 0.9)]


def test_segment_that_can_not_be_rendered_becomes_a_card(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    broken = tmp_path / "stage.js"
    broken.write_text("window.alongsideStage = { load() { throw new Error('unreadable'); } };")
    monkeypatch.setattr(segment_files, "STAGE_SCRIPT", broken)
    recording = ended()
    tasks.prepare_task(str(recording.tenant_id), str(recording.id))
    for _attempt in range(leases.CARD_ATTEMPT):
        for segment in segments_of(recording):
            tasks.render_segment_task(str(recording.tenant_id), str(segment.id))
    tasks.join_task(str(recording.tenant_id), str(recording.id))
    video = video_of(fresh(recording))
    assert all(picture[5, 5].max() < 80 for _, picture in frames_of(video))


def test_failed_recording_says_why_and_can_be_tried_again(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADLESS_SHELL_PATH", "/nowhere/shell")
    recording = ended()
    tasks.prepare_task(str(recording.tenant_id), str(recording.id))
    for _attempt in range(actions.MOST_FAULTS):
        tasks.render_segment_task(str(recording.tenant_id), str(segments_of(recording)[0].id))
    assert fresh(recording).state == RecordingState.FAILED
    assert "/nowhere/shell" in fresh(recording).failure
    monkeypatch.undo()
    with tenant_scope(recording.tenant_id):
        actions.retry_recording(recording.id)
    assert run_all(recording).state == RecordingState.READY


def test_segment_under_lease_is_left_alone_until_it_runs_out(ended: Callable[..., Any]) -> None:
    recording, now = ended(), timezone.now()
    tasks.prepare_task(str(recording.tenant_id), str(recording.id))
    segment = segments_of(recording)[0]
    later = now + timedelta(seconds=leases.LEASE_SECONDS + 1)
    with tenant_scope(recording.tenant_id):
        assert leases.take_lease(segment.id, owner="first", now=now)
        assert leases.take_lease(segment.id, owner="second", now=now) is None
        taken = leases.take_lease(segment.id, owner="second", now=later)
        assert taken
        assert (taken.attempts, taken.losses) == (1, 1)
        with pytest.raises(leases.LeaseLost):
            actions.finish_segment(segment.id, owner="first", object_key="key", size_bytes=1, now=later)
        actions.finish_segment(segment.id, owner="second", object_key="key", size_bytes=1, now=later)
        assert leases.take_lease(segment.id, owner="third", now=later + timedelta(hours=1)) is None


def test_tasks_that_run_twice_leave_one_video_and_no_other_object(ended: Callable[..., Any]) -> None:
    recording = ended()
    folder = object_key(recording.tenant_id, "recordings", recording.id)
    store.put(f"{folder}/segments/0-of-a-worker-that-died.mp4", b"left")
    recording = run_all(recording)
    again = run_all(recording)
    assert (again.object_key, again.ready_at) == (recording.object_key, recording.ready_at)
    assert set(objects_below(folder)) == {again.object_key, again.filmstrip_key, again.thumbnail_key}
    assert again.filmstrip["count"] > 1


def objects_below(prefix: str) -> list[str]:
    from django.conf import settings

    listed = store.client().list_objects_v2(Bucket=settings.S3_BUCKET, Prefix=prefix)
    return [found["Key"] for found in listed.get("Contents", [])]


def test_session_that_never_was_live_has_no_recording(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        session = factories.assist_session(state="ended", ended_at=timezone.now())
    archive_closed.send(AssistSession, tenant_id=tenant.id, session_id=session.id)
    with tenant_scope(tenant.id):
        assert not Recording.objects.exists()


def test_recording_waits_until_its_archive_is_closed(tenant: Tenant) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        session = factories.assist_session(state="ended", started_at=now, ended_at=now)
        recording = actions.create_recording(session.id)
    assert recording is not None
    tasks.prepare_task(str(tenant.id), str(recording.id))
    assert fresh(recording).state == RecordingState.PENDING


def test_session_without_a_page_has_a_video_that_says_so(tenant: Tenant) -> None:
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=4), "ended_at": now, "archive_closed_at": now}
    with tenant_scope(tenant.id):
        recording = actions.create_recording(factories.assist_session(state="ended", **times).id)
    assert recording is not None
    video = run_all(recording)
    assert video.duration_ms == 4000
    assert frames_of(video_of(video))[0][1][5, 5].max() < 80


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
def test_sweep_finds_what_was_left_behind(ended: Callable[..., Any]) -> None:
    recording = ended()
    now = timezone.now()
    late = now + timedelta(seconds=leases.LEASE_SECONDS + 60)
    assert found(queries.abandoned_recordings, late) == {recording.id}
    tasks.prepare_task(str(recording.tenant_id), str(recording.id))
    segments = segments_of(recording)
    assert found(queries.abandoned_segments, now) == set()
    assert found(queries.abandoned_segments, late) == {segment.id for segment in segments}
    for segment in segments:
        tasks.render_segment_task(str(recording.tenant_id), str(segment.id))
    assert found(queries.unjoined_recordings, timezone.now() + timedelta(minutes=2)) == {recording.id}


def found(query: Callable[..., Any], now: object) -> set[UUID]:
    from helpdesk.tenants.jobs import across_tenants

    with across_tenants("recordings.video.sweep"):
        return {row_id for _tenant, row_id in query(now)}
