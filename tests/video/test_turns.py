"""Many segments of one session keep neither another session nor a free worker waiting."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from assist.channel.valkey import sync_client
from helpdesk.tenants.context import tenant_scope
from recordings.video import actions, cuts, encoder, leases, queries, tasks
from recordings.video.cdp import BrowserFailed
from recordings.video.failures import NoBrowser
from recordings.video.models import Recording, RecordingState, VideoSegment
from tests import factories

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
        rendering.segments.filter(number=3).update(attempts=1)
        found = leases.following(second, most=5, now=timezone.now())
        assert [segment.number for segment in found] == [2]


def test_turn_goes_on_where_only_segments_of_the_recording_wait(
    rendering: Recording, waiting: Callable[[], int]
) -> None:
    held(rendering, 1)
    sync_client().rpop(settings.RENDER_QUEUE)
    with tenant_scope(rendering.tenant_id):
        first = rendering.segments.get(number=0)
    following = tasks._next_of(first, owner="one", is_over=True)
    assert following
    assert following.number == 1
    sync_client().lpush(settings.RENDER_QUEUE, "{}")
    assert tasks._next_of(following, owner="one", is_over=True) is None


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


def test_segment_of_another_release_is_rendered_again(
    ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, waiting: Callable[[], int]
) -> None:
    recording = prepared(ended, monkeypatch)
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    sync_client().lpush(settings.RENDER_QUEUE, *["{}"] * 9)
    with monkeypatch.context() as other_release:
        other_release.setitem(encoder.OPTIONS, "x264-params", "scenecut=0:threads=1:8x8dct=1:weightp=2")
        tasks.render_segment_task(str(recording.tenant_id), first_of(recording))
    monkeypatch.setattr(tasks, "TURN_SECONDS", 600)
    with tenant_scope(recording.tenant_id):
        second = recording.segments.get(number=1)
        first = recording.segments.get(number=0)
    assert first.done_at
    tasks.render_segment_task(str(recording.tenant_id), str(second.id))
    tasks.join_task(str(recording.tenant_id), str(recording.id))
    with tenant_scope(recording.tenant_id):
        assert list(recording.segments.filter(done_at=None).values_list("number", flat=True)) == [0]
    tasks.render_segment_task(str(recording.tenant_id), first_of(recording))
    tasks.join_task(str(recording.tenant_id), str(recording.id))
    with tenant_scope(recording.tenant_id):
        assert Recording.objects.get(id=recording.id).state == RecordingState.READY


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
