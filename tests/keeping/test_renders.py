"""Who renders the video of a session that is deleted leaves nothing, and no two of them wait for each other."""

from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assist.channel.models import AssistSession
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from recordings.keeping import queries
from recordings.keeping import tasks as keeping
from recordings.keeping.deletion import LOST_RENDERER, NotOver, delete_session
from recordings.keeping.erasures import erase
from recordings.keeping.models import Doomed, Erasure
from recordings.keeping.objects import delete_doomed
from recordings.video import actions, extras, leases, tasks
from recordings.video.facts import VideoFacts
from recordings.video.models import Recording, VideoSegment
from tests.keeping.kept import kept_session, keys_below
from tests.keeping.test_erasure import begin
from tests.keeping.waiting import wait_for_locks

NOW = timezone.now()


def delete(tenant: Tenant, session: AssistSession, **values: Any) -> None:
    with tenant_scope(tenant.id):
        delete_session(session.id, action=Action.SESSION_DELETED, actor=SYSTEM, now=values.get("now", NOW))


def deleted(tenant: Tenant) -> tuple[Recording, VideoSegment]:
    """Rows as a worker has read them before all of it was deleted."""
    with tenant_scope(tenant.id):
        session = kept_session(tenant, assets=[])
        recording, segment = Recording.objects.select_related("session").get(), VideoSegment.objects.get()
    delete(tenant, session)
    keeping.delete_objects_task(str(tenant.id))
    assert keys_below(tenant.id) == []
    return recording, segment


def test_failed_video_of_which_a_segment_is_being_rendered_is_waited_for(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        session = kept_session(tenant, assets=[])
        Recording.objects.update(state="failed")
        VideoSegment.objects.update(lease_owner="worker", lease_until=NOW + timedelta(seconds=60))
    with pytest.raises(NotOver):
        delete(tenant, session)
    delete(tenant, session, now=NOW + timedelta(seconds=61))


def test_segment_that_is_uploaded_after_it_was_deleted_has_lost_its_lease(tenant: Tenant) -> None:
    _recording, segment = deleted(tenant)
    with pytest.raises(leases.LeaseLost), tenant_scope(tenant.id):
        actions.finish_segment(segment.id, owner="worker", object_key="key", size_bytes=1, now=NOW)


@pytest.mark.parametrize("by_erasure", [True, False])
def test_what_a_lost_renderer_leaves_goes_with_a_second_look(tenant: Tenant, by_erasure: bool) -> None:
    """It stood still past its lease, uploaded when all was deleted, and was killed before it found no row."""
    with tenant_scope(tenant.id):
        session = kept_session(tenant, assets=[])
        recording = Recording.objects.get()
        VideoSegment.objects.update(losses=1)
    upload = object_key(tenant.id, "recordings", recording.id, "segments", "0-killed.mp4")
    now = timezone.now()
    soon, then = now + LOST_RENDERER - timedelta(seconds=1), now + LOST_RENDERER + timedelta(minutes=1)
    erasure = begin(tenant) if by_erasure else None

    def look(at: datetime) -> str:
        if erasure is None:
            return str(delete_doomed(tenant.id, now=at))
        erase(tenant.id, erasure.id, now=at)
        with tenant_scope(tenant.id):
            return str(queries.report(Erasure.objects.get())["state"])

    if erasure is None:
        delete(tenant, session, now=now)
    states = [look(now)]
    assert keys_below(tenant.id) == []
    store.put(upload, b"what the visitor saw")
    states += [look(soon), look(then)]
    assert states == (["running", "running", "done"] if by_erasure else ["True", "False", "True"])
    assert keys_below(tenant.id) == []
    with tenant_scope(tenant.id):
        assert not Doomed.objects.exists()


def test_video_that_is_uploaded_after_it_was_deleted_goes(tenant: Tenant) -> None:
    recording, _segment = deleted(tenant)
    key = object_key(tenant.id, "recordings", recording.id, "video.mp4")
    store.put(key, b"video")
    facts = VideoFacts(object_key=key, sha256="", video_bytes=5, duration_ms=1, chapters=[])
    with pytest.raises(Recording.DoesNotExist):
        tasks._commit(tenant.id, recording.id, facts)
    assert keys_below(tenant.id) == []


def test_outline_that_is_written_after_it_was_deleted_goes(tenant: Tenant) -> None:
    recording, _segment = deleted(tenant)
    extras.add_outline(recording)
    assert keys_below(tenant.id) == []


def test_segment_is_not_locked_before_its_recording(tenant: Tenant) -> None:
    """Who deletes holds the recording and wants the segment: the other way round both would wait for ever."""
    with tenant_scope(tenant.id):
        kept_session(tenant, assets=[])
        segment = VideoSegment.objects.get()

    def requeue() -> None:
        with tenant_scope(tenant.id):
            actions.requeue_abandoned(segment.id, now=NOW)
        connection.close()

    with tenant_scope(tenant.id):
        VideoSegment.objects.update(lease_owner="killed", lease_until=NOW, losses=actions.MOST_LOSSES)
    requeuing = Thread(target=requeue)
    with tenant_scope(tenant.id):
        list(Recording.objects.select_for_update())
        requeuing.start()
        wait_for_locks()
        assert list(VideoSegment.objects.select_for_update(nowait=True)) == [segment]
    requeuing.join()
