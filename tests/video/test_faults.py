"""What fails around the pages costs them no attempt, and what fails in them does."""

import errno
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.db import OperationalError
from django.utils import timezone
from PIL import UnidentifiedImageError

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.video import actions
from recordings.video.cdp import BrowserFailed, CommandRefused
from recordings.video.failures import FailureCode, NoBrowser
from recordings.video.models import RecordingState, VideoSegment
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
        actions.take_lease(segment.id, owner="one", now=now)
        actions.release_segment(segment.id, owner="one", failure=failure, now=now)
    return VideoSegment.objects.select_related("recording").get(id=segment.id)


@pytest.mark.parametrize("failure", AROUND, ids=repr)
def test_fault_around_the_pages_waits_for_longer_each_time_and_is_no_attempt(
    tenant: Tenant, failure: BaseException
) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        segment = lost_to(failure, times=actions.CARD_ATTEMPT, now=now)
        assert (segment.attempts, segment.faults, segment.lease_owner) == (0, actions.CARD_ATTEMPT, "")
        assert segment.lease_until - now == timedelta(seconds=4 * actions.FIRST_WAIT_SECONDS)
        assert segment.recording.state == RecordingState.RENDERING
        assert not actions.becomes_card(segment)


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
