"""Workers are killed at random while twenty videos are made: each is complete, none is double, nothing is left."""

import io
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import av
import pytest
from django.utils import timezone

from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.video import actions, leases, queries
from recordings.video.models import Recording, RecordingState, VideoSegment
from tests import factories
from tests.stack import LiveStack
from tests.video.recorded import Recorded, archive
from tests.video.test_recording import objects_below, video_of

RENDERS, MINUTES, SEED = 20, 30, 5
TAIL_MS = 60_000  # so that there is more than one segment

pytestmark = pytest.mark.long


def queued(recorded: Recorded) -> Recording:
    """Of a tenant of its own: a tenant has an asset once."""
    with tenant_scope(factories.tenant().id):
        recording = actions.create_recording(archive(replace(recorded, ended_ms=recorded.ended_ms + TAIL_MS)).id)
        assert recording is not None
        actions.queue_recording(recording)
    return recording


def fresh(recording: Recording) -> Recording:
    with tenant_scope(recording.tenant_id):
        return queries.get_recording(recording.id)


def run_out(recording: Recording) -> int:
    """The leases of those that were killed; how many there were."""
    with tenant_scope(recording.tenant_id):
        held = VideoSegment.objects.filter(recording=recording, done_at=None).exclude(lease_owner="")
        return held.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_workers_killed_at_random_leave_complete_videos(
    live_stack: LiveStack,
    recorded: Recorded,
    transactional_db: None,
    record_property: Callable[[str, object], None],
) -> None:
    dice, kills, lost = random.Random(SEED), 0, 0
    recordings = [queued(recorded) for _ in range(RENDERS)]
    deadline = time.monotonic() + MINUTES * 60
    while any(fresh(recording).state != RecordingState.READY for recording in recordings):
        assert time.monotonic() < deadline, [(fresh(row).state, fresh(row).failure) for row in recordings]
        time.sleep(dice.uniform(2, 7))
        live_stack.kill_worker()
        kills, lost = kills + 1, lost + sum(run_out(recording) for recording in recordings)
        live_stack.start_worker()
    for recording in recordings:
        check_complete(fresh(recording), deadline)
    record_property("kills", kills)
    record_property("segments under way then", lost)
    assert lost > 0


def named_by(recording: Recording) -> set[str]:
    """The video, and what was made beside it by now."""
    made = (recording.filmstrip_key, recording.thumbnail_key, recording.outline_key, recording.log_key)
    return {recording.object_key, *filter(None, made)}


def check_complete(recording: Recording, deadline: float) -> None:
    folder: Any = recording.object_key.rpartition("/")[0]
    while set(objects_below(folder)) != named_by(recording) or store.uploads_below(folder):
        assert time.monotonic() < deadline, objects_below(folder)
        time.sleep(1)
        recording = fresh(recording)
    with av.open(io.BytesIO(video_of(recording))) as container:
        assert float(container.duration) / 1000 == pytest.approx(recording.duration_ms, abs=250)
    with tenant_scope(recording.tenant_id):
        segments = list(VideoSegment.objects.filter(recording=recording))
    assert len(segments) > 1
    assert not any(leases.becomes_card(segment) for segment in segments)
