"""Many segments of one session keep neither another session nor a free worker waiting."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from assist.channel.valkey import sync_client
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.video import actions, cuts, launch, leases, queries, segment_files, tasks
from recordings.video.cdp import BrowserFailed
from recordings.video.failures import NoBrowser
from recordings.video.models import Recording, RecordingState, VideoSegment
from recordings.video.produce import planned_archive
from tests import factories
from tests.video.test_render import frame_at, frames_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])

SEGMENTS = 10


@pytest.fixture
def waiting(tenant: Any) -> Callable[[], int]:
    """How many messages the queue of renders has, of this test."""
    sync_client().delete(settings.RENDER_QUEUE)
    return lambda: sync_client().llen(settings.RENDER_QUEUE)


@pytest.fixture
def rendering(tenant: Any, waiting: Callable[[], int]) -> Recording:
    with tenant_scope(tenant.id):
        recording = factories.recording()
        for number in range(SEGMENTS):
            factories.video_segment(recording=recording, number=number)
        actions.start_rendering(recording.id, layout=None, now=timezone.now())
    return recording


def held(recording: Recording, count: int, *, after: int = -1, owner: str = "one") -> list[int]:
    """The numbers that a worker gets that takes so many."""
    numbers: list[int] = []
    with tenant_scope(recording.tenant_id):
        for _ in range(count):
            segment = leases.take_next(recording.id, after=after, owner=owner, now=timezone.now())
            if segment is None:
                break
            after = segment.number
            numbers.append(after)
    return numbers


def abandoned(now: Any) -> int:
    from helpdesk.tenants.jobs import across_tenants

    with across_tenants("recordings.video.sweep"):
        return len(list(queries.abandoned_segments(now)))


def test_few_segments_of_a_session_are_queued_at_once(rendering: Recording, waiting: Callable[[], int]) -> None:
    assert waiting() == leases.QUEUED_AT_FIRST
    with tenant_scope(rendering.tenant_id):
        leases.queue_next(rendering.id, now=timezone.now())
    assert waiting() == leases.QUEUED_AT_FIRST + 1


def test_worker_goes_on_with_what_nobody_renders(rendering: Recording) -> None:
    assert held(rendering, 3) == [0, 1, 2]
    assert held(rendering, SEGMENTS, after=2, owner="two") == list(range(3, SEGMENTS))
    assert held(rendering, 1) == []


def test_worker_that_can_not_go_on_begins_in_the_middle_of_what_is_left(rendering: Recording) -> None:
    assert held(rendering, 4, after=1) == [2, 3, 4, 5]
    assert held(rendering, SEGMENTS, after=1, owner="two") == [8, 9, 1, 7, 0, 6]


def test_workers_begin_far_from_each_other(rendering: Recording) -> None:
    with tenant_scope(rendering.tenant_id):
        segments = list(rendering.segments.order_by("number"))
        queued = rendering.segments.exclude(lease_until=None)
        assert {segment.number for segment in queued} == {0, 2, 5, 7}
    assert [segment.number for segment in leases.first_ones(segments)] == [0, 5, 2, 7]
    assert [segment.number for segment in leases.first_ones(segments[:3])] == [0, 1, 2]
    assert leases.first_ones([]) == []


def test_stage_gets_what_nobody_else_renders(rendering: Recording) -> None:
    held(rendering, 2)
    held(rendering, 1, after=4, owner="two")
    with tenant_scope(rendering.tenant_id):
        second = rendering.segments.get(number=1)
        for most, numbers in ((2, [2, 3]), (5, [2, 3, 4])):
            found = leases.following(second, most=most, now=timezone.now())
            assert [segment.number for segment in found] == numbers


def test_worker_gets_its_next_while_a_colleague_commits(rendering: Recording) -> None:
    """Who finishes a segment holds the recording's row; who takes one holds that one's."""
    locked, done = Event(), Event()

    def commit() -> None:
        with tenant_scope(rendering.tenant_id):
            Recording.objects.select_for_update().get(id=rendering.id)
            leases.take_next(rendering.id, after=-1, owner="colleague", now=timezone.now())
            locked.set()
            done.wait(20)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        colleague = pool.submit(commit)
        assert locked.wait(20)
        try:
            assert held(rendering, 2, after=-1) == [5, 6]
        finally:
            done.set()
        colleague.result()


def test_segment_that_waits_for_the_end_of_a_fault_is_left_alone(rendering: Recording) -> None:
    with tenant_scope(rendering.tenant_id):
        segment = leases.take_next(rendering.id, after=-1, owner="one", now=timezone.now())
        assert segment
        actions.release_segment(segment.id, owner="one", failure=NoBrowser("no browser"), now=timezone.now())
    assert sorted(held(rendering, SEGMENTS)) == list(range(1, SEGMENTS))


def test_what_is_not_queued_is_abandoned_only_when_nobody_comes_to_it(rendering: Recording) -> None:
    assert abandoned(timezone.now()) == 0
    held(rendering, 2)
    late = timezone.now() + timedelta(seconds=leases.LEASE_SECONDS + 1)
    assert abandoned(late) == SEGMENTS
    with tenant_scope(rendering.tenant_id):
        segment = VideoSegment.objects.get(recording=rendering, number=0)
        leases.renew_lease(segment.id, owner="one", done_ms=1, now=late)
    assert abandoned(late) == leases.QUEUED_AT_FIRST


def test_one_browser_renders_segment_after_segment(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, waiting: Callable[[], int], tmp_path: Path
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 600)
    opened = browsers_opened(monkeypatch)
    recording = prepared(ended, monkeypatch)
    tasks.render_segment_task(str(recording.tenant_id), first_of(recording))
    assert len(opened) == 1
    with tenant_scope(recording.tenant_id):
        segments = list(VideoSegment.objects.filter(recording=recording).order_by("number"))
        archive = planned_archive(queries.get_recording(recording.id))
    assert len(segments) > 1
    assert all(segment.done_at for segment in segments)
    with segment_files.SegmentFiles(archive) as files:
        files.render(segments[1], tmp_path / "alone.mp4", on_progress=lambda _done_ms: None)
        os.killpg(files._shell._browser.pid, signal.SIGKILL)  # type: ignore[union-attr]
        files.render(segments[1], tmp_path / "again.mp4", on_progress=lambda _done_ms: None)
    (tmp_path / "after.mp4").write_bytes(store.get(segments[1].object_key))
    alone, after = (frames_of(tmp_path / name) for name in ("alone.mp4", "after.mp4"))
    assert len(after) > 1
    for at_ms in range(0, segments[1].ends_ms - segments[1].starts_ms, 500):
        assert np.abs(frame_at(alone, at_ms).astype(int) - frame_at(after, at_ms)).mean() < 1


def test_browser_goes_from_one_recording_to_the_next(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recording = prepared(ended, monkeypatch)
    opened = browsers_opened(monkeypatch)
    with tenant_scope(recording.tenant_id):
        segment = VideoSegment.objects.get(recording=recording, number=0)
        archive = planned_archive(queries.get_recording(recording.id))

    def rendered(name: str) -> list[tuple[float, np.ndarray]]:
        with segment_files.SegmentFiles(archive) as files:
            files.render(segment, tmp_path / name, on_progress=lambda _done_ms: None)
        return frames_of(tmp_path / name)

    first, second = rendered("first.mp4"), rendered("second.mp4")
    assert len(opened) == 1
    assert np.abs(first[-1][1].astype(int) - second[-1][1]).mean() < 1
    ((_, browser),) = launch._kept
    os.killpg(browser.pid, signal.SIGKILL)
    rendered("third.mp4")
    assert len(opened) == 2


def browsers_opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each from now on; none is kept from before."""
    while launch._kept:
        launch._kept.pop()[1].close()
    opened: list[int] = []
    real = launch.open_browser
    monkeypatch.setattr(launch, "open_browser", lambda *given, **named: opened.append(1) or real(*given, **named))
    return opened


def test_turn_ends_where_others_wait(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, waiting: Callable[[], int]
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    recording = prepared(ended, monkeypatch)
    sync_client().delete(settings.RENDER_QUEUE)
    sync_client().lpush(settings.RENDER_QUEUE, "{}")
    with tenant_scope(recording.tenant_id):
        VideoSegment.objects.filter(recording=recording, number__gt=0).update(lease_until=None)
    tasks.render_segment_task(str(recording.tenant_id), first_of(recording))
    with tenant_scope(recording.tenant_id):
        done = VideoSegment.objects.filter(recording=recording).exclude(done_at=None)
        assert [segment.number for segment in done] == [0]
    assert waiting() == 2


def prepared(ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Recording:
    """Of several segments."""
    monkeypatch.setattr(cuts, "LONGEST_SEGMENT_MS", 6_000)
    recording = ended()
    tasks.prepare_task(str(recording.tenant_id), str(recording.id))
    with tenant_scope(recording.tenant_id):
        assert Recording.objects.get(id=recording.id).state == RecordingState.RENDERING
    return recording


def first_of(recording: Recording) -> str:
    with tenant_scope(recording.tenant_id):
        return str(VideoSegment.objects.get(recording=recording, number=0).id)


def test_page_that_can_not_be_rendered_takes_few_attempts_in_all(rendering: Recording) -> None:
    with tenant_scope(rendering.tenant_id):
        many = rendering.segments.filter(number__lt=actions.MOST_CARDS)
        many.update(done_at=timezone.now(), attempts=leases.CARD_ATTEMPT)
        segment = leases.take_next(rendering.id, after=-1, owner="one", now=timezone.now())
        assert segment
        actions.release_segment(segment.id, owner="one", failure=BrowserFailed("too slow"), now=timezone.now())
        left = [leases.take_next(rendering.id, after=-1, owner="one", now=timezone.now()) for _ in range(2)]
    assert all(one and leases.becomes_card(one) for one in left)


def test_few_cards_leave_the_other_segments_their_attempts(rendering: Recording) -> None:
    with tenant_scope(rendering.tenant_id):
        rendering.segments.filter(number__lt=2).update(done_at=timezone.now(), attempts=leases.CARD_ATTEMPT)
        segment = leases.take_next(rendering.id, after=-1, owner="one", now=timezone.now())
        assert segment
        actions.release_segment(segment.id, owner="one", failure=BrowserFailed("too slow"), now=timezone.now())
        again = leases.take_next(rendering.id, after=-1, owner="one", now=timezone.now())
    assert again
    assert not leases.becomes_card(again)
