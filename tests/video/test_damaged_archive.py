"""What is good of a damaged archive is in the video, and what is missing is named."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assist.channel.models import AssistSession, SessionState
from assist.channel.protocol import FrameKind, decode_frame
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.archive.models import ArchiveSegment
from recordings.video import actions, leases, produce, tasks
from recordings.video.models import VideoSegment
from tests import factories
from tests.video.recorded import write_segments
from tests.video.test_window import EPOCH_MS, STARTED, Session

SECONDS = 60
# A visit, and two frames of operations every ten seconds.
TIMES = (10_000, 20_000, 30_000, 40_000, 50_000)


def archived(tenant: Tenant) -> AssistSession:
    journal = Session().visit(0)
    for at_ms in TIMES:
        journal.add(FrameKind.OPERATIONS, at_ms).add(FrameKind.OPERATIONS, at_ms + 500)
    hello, *frames = [entry.frame for _, entries in journal.parts for entry in entries]
    now = timezone.now()
    with tenant_scope(tenant.id):
        times = {"started_at": STARTED, "ended_at": STARTED + timedelta(seconds=SECONDS), "archive_closed_at": now}
        session = factories.assist_session(state=SessionState.ENDED, **times)
        write_segments(session.id, [hello, *frames], offset_ms=500, of=5)
    return session


def corrupt(rows: list[ArchiveSegment]) -> None:
    body = bytearray(store.get(rows[2].object_key))
    body[30] ^= 1
    store.put(rows[2].object_key, bytes(body))


def truncate(rows: list[ArchiveSegment]) -> None:
    store.put(rows[2].object_key, store.get(rows[2].object_key)[:-3])


def lose(rows: list[ArchiveSegment]) -> None:
    store.delete(rows[2].object_key)


def lose_the_row(rows: list[ArchiveSegment]) -> None:
    rows[2].delete()


def lose_the_last(rows: list[ArchiveSegment]) -> None:
    store.delete(rows[-1].object_key)


def reorder(rows: list[ArchiveSegment]) -> None:
    first, second = rows[2], rows[3]
    key, sha256 = first.object_key, first.sha256
    first.object_key, first.sha256 = second.object_key, second.sha256
    second.object_key, second.sha256 = key, sha256
    first.save()
    second.save()


def repeat(rows: list[ArchiveSegment]) -> None:
    first = rows[0]
    factories.archive_segment(
        session_id=first.session_id, number=6, object_key=first.object_key, sha256=first.sha256, tab_ranges={}
    )


def lose_all(rows: list[ArchiveSegment]) -> None:
    for row in rows:
        store.delete(row.object_key)


# Seqs in the segments: 1 and 2 behind the hello, 3 to 5, 6 to 8, 9 to 11, 12. Frame 3 was sent at 10 s, 4 at 10.5 s …
@pytest.mark.parametrize(
    ("damage", "hole", "seqs"),
    [
        (corrupt, (20_000, 40_000), [1, 2, 3, 4, 5, 9, 10, 11, 12]),
        (truncate, (20_000, 40_000), [1, 2, 3, 4, 5, 9, 10, 11, 12]),
        (lose, (20_000, 40_000), [1, 2, 3, 4, 5, 9, 10, 11, 12]),
        (lose_the_row, (20_000, 40_000), [1, 2, 3, 4, 5, 9, 10, 11, 12]),
        (lose_the_last, (50_000, 60_000), list(range(1, 12))),
        (reorder, (20_000, 40_000), [1, 2, 3, 4, 5, 9, 10, 11, 12]),
        (repeat, None, list(range(1, 13))),
        (lose_all, (0, 60_000), []),
    ],
)
def test_what_is_good_is_kept_and_the_gap_is_named(
    tenant: Tenant, damage: Callable[..., None], hole: tuple[int, int] | None, seqs: list[int]
) -> None:
    session = archived(tenant)
    with tenant_scope(tenant.id):
        rows = list(ArchiveSegment.objects.filter(session=session).order_by("number"))
        damage(rows)
        recording = actions.create_recording(session.id)
    assert recording is not None
    tasks.prepare_task(str(tenant.id), str(recording.id))
    with tenant_scope(tenant.id):
        recording.refresh_from_db()
        archive = produce.planned_archive(recording)
        segments = list(VideoSegment.objects.filter(recording=recording).order_by("number"))
    holes = [("gap", *hole)] if hole else []
    assert [(found.kind, found.starts_ms, found.ends_ms) for found in archive.timeline.holes] == holes
    assert len(archive.timeline.visits) == bool(seqs)
    loaded = {seq for segment in segments for seq in seqs_of(produce.frames_for(archive, [segment]))}
    assert sorted(loaded) == seqs


def test_lease_is_renewed_with_each_archive_segment(tenant: Tenant) -> None:
    session = archived(tenant)
    with tenant_scope(tenant.id):
        recording = actions.create_recording(session.id)
    assert recording is not None
    tasks.prepare_task(str(tenant.id), str(recording.id))
    with tenant_scope(tenant.id):
        recording.refresh_from_db()
        archive = produce.planned_archive(recording)
        segment = VideoSegment.objects.filter(recording=recording).order_by("number")[0]
        VideoSegment.objects.filter(id=segment.id).update(lease_owner="another")

    def renew() -> None:
        with tenant_scope(tenant.id):
            leases.renew_lease(segment.id, owner="one", done_ms=0, now=timezone.now())

    with pytest.raises(leases.LeaseLost):
        list(produce.frames_for(archive, [segment], on_part=renew))


def seqs_of(entries: Any) -> list[int]:
    frames = [decode_frame(data) for _, data in entries]
    assert all(frame.time >= EPOCH_MS - 1000 for frame in frames)
    return [frame.seq for frame in frames if frame.seq and frame.kind != FrameKind.VISIBILITY]
