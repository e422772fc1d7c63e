"""What is made beside a video: its filmstrip and thumbnail, and the outline and log that the review page reads."""

import logging
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.db import transaction

from assist.channel.valkey import sync_client
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key, session_key
from helpdesk.tenants.tasks import tenant_task
from recordings.archive import journal
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import CorruptSegment, JournalEntry
from recordings.video import actions
from recordings.video.deeds import agents_deeds
from recordings.video.filmstrip import CONTENT_TYPE, make_filmstrip
from recordings.video.locks import alone_at
from recordings.video.models import Recording, RecordingState
from recordings.video.outline import read_outline
from recordings.video.workspace import workspace

logger = logging.getLogger(__name__)

QUEUED_SECONDS = 60


def queue_extras(recording: Recording) -> None:
    """Have made what is missing; once in QUEUED_SECONDS, however often it is asked for."""
    key = session_key(recording.tenant_id, recording.session_id, "queued", "extras")
    if sync_client().set(key, 1, nx=True, ex=QUEUED_SECONDS):
        ids = (str(recording.tenant_id), str(recording.id))
        transaction.on_commit(lambda: extras_task.delay(*ids))


@tenant_task("recordings.video.extras", long=True)
def extras_task(tenant_id: UUID, recording_id: str) -> None:
    """Make what is missing, as far as it can be made by now; safe to run twice."""
    with alone_at("extras", UUID(recording_id)) as is_alone:
        if is_alone:
            _make_extras(tenant_id, recording_id)


def _make_extras(tenant_id: UUID, recording_id: str) -> None:
    with tenant_scope(tenant_id):
        recording = Recording.objects.select_related("session").get(id=recording_id)
    if recording.session.archive_closed_at and outline_of(recording) is None:
        add_outline(recording)
    if not recording.thumbnail_key and recording.state == RecordingState.READY:
        with workspace() as folder:
            path = folder / "video.mp4"
            store.get_file(recording.object_key, str(path))
            add_filmstrip(recording, path)


def add_filmstrip(recording: Recording, path: Path) -> None:
    """Of the video at `path`; a video is ready without one, so what fails is only logged."""
    try:
        strip = make_filmstrip(path)
        keys = {
            "filmstrip_key": _put(recording, "filmstrip", strip.sprite, suffix="webp", content_type=CONTENT_TYPE),
            "thumbnail_key": _put(recording, "thumbnail", strip.thumbnail, suffix="webp", content_type=CONTENT_TYPE),
        }
    except Exception:
        logger.exception("recording %s has no filmstrip", recording.id)
        return
    _keep(recording, keys, filmstrip=strip.grid.as_json())


def add_outline(recording: Recording) -> None:
    session = recording.session
    if session.started_at is None or session.ended_at is None:
        return
    with tenant_scope(recording.tenant_id):
        segments = list(ArchiveSegment.objects.filter(session=session).order_by("number"))
        deeds = agents_deeds(session)
    outline = read_outline(_readable(segments), started_at=session.started_at, ended_at=session.ended_at, deeds=deeds)
    keys = {
        "outline_key": _put(recording, "outline", outline.index, suffix="json.gz"),
        "log_key": _put(recording, "log", outline.log, suffix="json.gz"),
    }
    _keep(recording, keys)


def outline_of(recording: Recording) -> bytes | None:
    """The index as it was stored; None where there is none, or what was made is damaged or gone, or its log is."""
    try:
        data = store.get(recording.outline_key) if recording.outline_key else b""
        is_whole = data and _name_of("outline", data) in recording.outline_key and store.size(recording.log_key)
    except store.NoSuchObject:
        return None
    return data if is_whole else None


def _keep(recording: Recording, keys: dict[str, str], **facts: object) -> None:
    """Of a recording that was deleted meanwhile nothing stays."""
    try:
        with tenant_scope(recording.tenant_id):
            actions.keep_extras(recording.id, **keys, **facts)
    except Recording.DoesNotExist:
        logger.info("recording %s was deleted meanwhile", recording.id)
        for key in keys.values():
            store.delete(key)


def _put(recording: Recording, name: str, data: bytes, *, suffix: str, content_type: str = "application/gzip") -> str:
    """Made a second time it is the same object, not another."""
    key = object_key(recording.tenant_id, "recordings", recording.id, f"{_name_of(name, data)}.{suffix}")
    store.put(key, data, content_type=content_type)
    return key


def _name_of(name: str, data: bytes) -> str:
    return f"{name}-{sha256(data).hexdigest()[:32]}"


def _readable(segments: list[ArchiveSegment]) -> Iterator[list[JournalEntry]]:
    """One that is gone or damaged is empty."""
    for segment in segments:
        try:
            yield list(journal.fetch(segment))
        except (CorruptSegment, store.NoSuchObject):
            logger.warning("segment %s of session %s can't be read", segment.number, segment.session_id)
            yield []
