"""What fails around the pages costs them no attempt, and what fails in them does."""

import errno
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.db import OperationalError, connection
from django.utils import timezone
from PIL import UnidentifiedImageError

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.video import actions, leases, queries, tasks
from recordings.video.cdp import BrowserFailed, CommandRefused
from recordings.video.failures import FailureCode, NoBrowser
from recordings.video.locks import SPACE, alone_at
from recordings.video.models import RecordingState, VideoSegment
from recordings.video.plan import Timeline
from recordings.video.planned import as_document
from tests import factories

FULL = OSError(errno.ENOSPC, "full")
AROUND = [
    NoBrowser("missing"),
    EndpointConnectionError(endpoint_url="http://store.test"),
    FULL,
    OSError(errno.EMFILE, "too many files"),
    OperationalError("gone"),
]


def lost_to(failure: BaseException, *, times: int, now: datetime) -> Any:
    """A segment that failed so often; needs the tenant's scope."""
    recording = factories.recording(state=RecordingState.RENDERING)
    segment = factories.video_segment(recording=recording)
    for _ in range(times):
        leases.take_lease(segment.id, owner="one", now=now)
        actions.release_segment(segment.id, owner="one", failure=failure, now=now)
    return VideoSegment.objects.select_related("recording").get(id=segment.id)


@pytest.mark.parametrize("failure", AROUND, ids=repr)
def test_fault_around_the_pages_waits_for_longer_each_time_and_is_no_attempt(
    tenant: Tenant, failure: BaseException
) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        segment = lost_to(failure, times=leases.CARD_ATTEMPT, now=now)
        assert (segment.attempts, segment.faults, segment.lease_owner) == (0, leases.CARD_ATTEMPT, "")
        assert segment.lease_until - now == timedelta(seconds=4 * actions.FIRST_WAIT_SECONDS)
        assert segment.recording.state == RecordingState.RENDERING
        assert not leases.becomes_card(segment)


def test_fault_that_stays_fails_the_recording_with_its_code(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        recording = lost_to(FULL, times=actions.MOST_FAULTS, now=timezone.now()).recording
        assert (recording.state, recording.failure_code) == (RecordingState.FAILED, FailureCode.DISK)
        actions.retry_recording(recording.id)
        assert recording.segments.get().faults == 0


@pytest.mark.parametrize(
    "failure", [BrowserFailed("x"), CommandRefused("x"), ValueError("x"), UnidentifiedImageError("x")], ids=repr
)
def test_failure_of_the_pages_is_an_attempt(tenant: Tenant, failure: BaseException) -> None:
    with tenant_scope(tenant.id):
        segment = lost_to(failure, times=2, now=timezone.now())
        assert (segment.attempts, segment.faults) == (2, 0)


def test_step_that_fails_has_time_from_its_first_failure(tenant: Tenant) -> None:
    now = timezone.now() + timedelta(hours=1)  # after the session's end
    with tenant_scope(tenant.id):
        recording = factories.recording(state=RecordingState.RENDERING)
        states = []
        for later in (timedelta(0), actions.PATIENCE, actions.PATIENCE + timedelta(seconds=1)):
            actions.note_failure(recording.id, failure=FULL, now=now + later)
            states.append(queries.get_recording(recording.id).state)
        assert states == [RecordingState.RENDERING, RecordingState.RENDERING, RecordingState.FAILED]


def test_segment_whose_object_is_gone_is_rendered_again(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        times = {"started_at": timezone.now(), "ended_at": timezone.now()}
        session = factories.assist_session(state="ended", **times)
        plan = as_document(Timeline(duration_ms=1000))
        recording = factories.recording(session=session, state=RecordingState.RENDERING, plan=plan)
        key = f"tenants/{tenant.id}/gone.mp4"
        segment = factories.video_segment(recording=recording, done_at=timezone.now(), object_key=key, attempts=1)
    tasks.join_task(str(tenant.id), str(recording.id))
    with tenant_scope(tenant.id):
        segment.refresh_from_db()
        assert (segment.done_at, segment.object_key, segment.attempts, segment.faults) == (None, "", 0, 1)


def test_estimate_weighs_segments_by_their_length_in_the_video(tenant: Tenant) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        recording = factories.recording(state=RecordingState.RENDERING, rendering_at=now - timedelta(seconds=10))
        spans = {"recording": recording, "ends_ms": 100_000}
        factories.video_segment(**spans, video_ms=20_000, done_ms=50_000)
        factories.video_segment(**spans, video_ms=5_000)
        progress = queries.progress_of(queries.recordings().get(), now=now)
    assert (progress.done_ms, progress.of_ms, progress.remaining_ms) == (50_000, 200_000, 15_000)


def test_step_that_a_worker_is_at_is_left_to_it(tenant: Tenant) -> None:
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=4), "ended_at": now, "archive_closed_at": now}
    with tenant_scope(tenant.id):
        recording = factories.recording(session=factories.assist_session(state="ended", **times))
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [SPACE, f"prepare:{recording.id}"])
    assert prepared(recording) == RecordingState.PENDING
    other.close()
    assert prepared(recording) == RecordingState.RENDERING
    with alone_at("prepare", recording.id) as is_alone:
        assert is_alone


def prepared(recording: Any) -> str:
    tasks.prepare_task(str(recording.tenant_id), str(recording.id))
    with tenant_scope(recording.tenant_id):
        return str(queries.get_recording(recording.id).state)
