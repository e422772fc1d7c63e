"""The real pipeline: a session ends, its archive is closed, workers render it, the video is stored."""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from assist.channel.actions import end_session
from assist.channel.models import AssistSession, EndReason, SessionState
from helpdesk.embedded import processes
from helpdesk.embedded.process import Child, stop_all, wait_until_ready
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.video.models import Recording, RecordingState
from tests import factories
from tests.video.recorded import Recorded, archive

# The times are those of the rows; who asks more often takes from what the workers have.
POLL_SECONDS = 0.25
LONGEST_SECONDS = 600


@dataclass(frozen=True)
class Video:
    """From the session's end to READY; `pictures` are the different ones that the browser was asked for."""

    ended_at: datetime
    ready_at: datetime
    data: bytes
    segments: int
    pictures: int

    @property
    def seconds(self) -> float:
        return (self.ready_at - self.ended_at).total_seconds()


@contextmanager
def workers(folder: Path, *, cores: Sequence[int]) -> Iterator[None]:
    """A worker that does one task at a time on each of these cores."""
    started: list[Child] = []
    allowed = os.sched_getaffinity(0)
    try:
        for number, core in enumerate(cores):
            queues = "render" if number else "celery,render"
            os.sched_setaffinity(0, {core})
            child = processes.worker(
                os.environ, logs=folder, folder=folder, concurrency=1, name=f"worker{number}", queues=queues
            )
            child.start()
            started.append(child)
        os.sched_setaffinity(0, allowed)
        wait_until_ready(started)
        yield
    finally:
        os.sched_setaffinity(0, allowed)
        stop_all(started)


def render(sessions: Sequence[Recorded], *, logs: Path) -> list[Video]:
    """End these sessions at the same moment and wait until all have their videos; the workers' `logs` say the rest."""
    ended = [_end(row) for row in [_live(one) for one in sessions]]
    return [_wait(*one, logs=logs) for one in ended]


def _live(recorded: Recorded) -> tuple[UUID, UUID]:
    """A session of a tenant of its own, with all but its end in the archive."""

    tenant = factories.tenant()
    with tenant_scope(tenant.id):
        session = archive(recorded, offset_ms=time.time() * 1000 - recorded.ended_ms)
        values = {"state": SessionState.LIVE, "ended_at": None, "end_reason": "", "archive_closed_at": None}
        seqs = {"1": len(recorded.frames)}
        AssistSession.objects.filter(id=session.id).update(**values, durable_seqs=seqs)
    return tenant.id, session.id


def _end(row: tuple[UUID, UUID]) -> tuple[UUID, UUID]:

    tenant_id, session_id = row
    with tenant_scope(tenant_id):
        end_session(session_id, reason=EndReason.VISITOR_ENDED, now=timezone.now())
    return row


def _wait(tenant_id: UUID, session_id: UUID, *, logs: Path) -> Video:

    deadline = time.monotonic() + LONGEST_SECONDS
    while True:
        with tenant_scope(tenant_id):
            found = Recording.objects.select_related("session").filter(session_id=session_id).first()
            if found and found.state == RecordingState.READY:
                segments = found.segments.count()
                break
        if (found and found.state == RecordingState.FAILED) or time.monotonic() > deadline:
            raise RuntimeError(f"the recording is {found and found.state}: {found and found.failure}")
        time.sleep(POLL_SECONDS)
    data = store.get(found.object_key)
    return Video(found.session.ended_at, found.ready_at, data, segments, _pictures(found.id, logs))


def _pictures(recording_id: UUID, logs: Path) -> int:
    said = "".join(log.read_text() for log in logs.glob("worker*.log"))
    return sum(map(int, re.findall(rf"of {recording_id}: RenderCost\(.*?pictures=(\d+)", said)))
