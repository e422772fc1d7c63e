"""A real worker renders what is handed to it, and is killed in the middle."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from helpdesk.tenants.context import tenant_scope
from recordings.video import actions, queries, tasks
from recordings.video.models import Recording, RecordingState, VideoSegment
from tests.stack import LiveStack
from tests.video.test_recording import objects_below

WAIT_SECONDS = 120


def wait_for(recording: Recording, condition: Callable[[Recording], object]) -> Recording:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        with tenant_scope(recording.tenant_id):
            found = queries.get_recording(recording.id)
            if condition(found):
                return found
        assert time.monotonic() < deadline, f"{found.state} {found.failure}"
        time.sleep(0.05)


def keys_of(recording: Recording) -> list[str]:
    """The video, and what is made beside it."""
    beside = (recording.filmstrip_key, recording.thumbnail_key, recording.outline_key, recording.log_key)
    return [recording.object_key, *beside]


def test_killed_worker_s_segment_is_rendered_once_by_the_next(live_stack: LiveStack, ended: Callable[..., Any]) -> None:
    recording = ended()
    with tenant_scope(recording.tenant_id):
        actions.queue_recording(recording)
    wait_for(recording, lambda _: VideoSegment.objects.filter(recording=recording).exclude(lease_owner="").exists())
    live_stack.kill_worker()
    with tenant_scope(recording.tenant_id):
        assert VideoSegment.objects.filter(recording=recording, done_at=None).exists()
        long_ago = timezone.now() - timedelta(seconds=1)
        VideoSegment.objects.filter(recording=recording, done_at=None).update(lease_until=long_ago)
    live_stack.start_worker()
    ready = wait_for(recording, lambda found: found.state == RecordingState.READY)
    folder = ready.object_key.rpartition("/")[0]
    ready = wait_for(ready, lambda found: all(keys_of(found)))
    assert objects_below(folder) == sorted(keys_of(ready))
    tasks.join_task(str(ready.tenant_id), str(ready.id))
    with tenant_scope(ready.tenant_id):
        assert queries.get_recording(ready.id).ready_at == ready.ready_at
