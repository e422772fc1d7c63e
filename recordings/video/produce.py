"""From a session's archive to segment files and the joined video, all on this worker's disk."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from assist.channel.models import AssistSession
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.archive import journal
from recordings.archive.clock import Clock
from recordings.archive.journal import Seen
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import CorruptSegment, JournalEntry
from recordings.video.encoder import Chapter, header_of, join_segments
from recordings.video.models import Recording, VideoSegment
from recordings.video.plan import Canvas, Timeline, TimelineReader, server_times
from recordings.video.planned import timeline_of
from recordings.video.strip import HEIGHT, Strip, presences_of
from recordings.video.window import ArchiveIndex, as_document, joined, narrowed, of_document

logger = logging.getLogger(__name__)


class SegmentGone(store.NoSuchObject):
    """A rendered segment's object is not there, or of no use; the argument is the segment's id."""


@dataclass(frozen=True)
class Archive:
    """A session in outline, and how its video is to be; `epoch_ms` is when it began by the server's clock."""

    tenant_id: UUID
    session_id: UUID
    epoch_ms: float
    language: str
    timeline: Timeline
    strip: Strip | None = None

    @property
    def canvas(self) -> Canvas:
        return self.timeline.canvas(strip=HEIGHT if self.strip else 0)


@dataclass(frozen=True)
class Survey:
    """What one look through a whole archive tells."""

    archive: Archive
    index: ArchiveIndex

    def windows(self, cuts: Iterable[tuple[int, int]]) -> list[dict[str, Any]]:
        """What each of the segments needs of the archive, as `VideoSegment.window` keeps it."""
        archive, index = self.archive, self.index
        timeline, epoch_ms = archive.timeline, archive.epoch_ms
        return [
            as_document(index.window(timeline, starts_ms=starts_ms, ends_ms=ends_ms, epoch_ms=epoch_ms))
            for starts_ms, ends_ms in cuts
        ]


def survey_archive(tenant_id: UUID, session_id: UUID) -> Survey:
    """Read the archive of an ended session from end to end, one archive segment at a time."""
    with tenant_scope(tenant_id):
        session = AssistSession.objects.get(id=session_id)
        tenant = Tenant.objects.get(id=tenant_id)
        segments = list(ArchiveSegment.objects.filter(session=session).order_by("number"))
        if session.started_at is None or session.ended_at is None:
            raise ValueError("only a session that was live and has ended has a video")
        presences = presences_of(session)
    reader = TimelineReader(started_at=session.started_at, ended_at=session.ended_at)
    index = _read(segments, reader)
    timeline = reader.finished()
    if tenant.video_shortens_idle:
        timeline.shorten_idle()
    epoch_ms = session.started_at.timestamp() * 1000
    strip = Strip(presences, tenant.language) if tenant.video_has_frame else None
    archive = Archive(tenant_id, session_id, epoch_ms, tenant.language, timeline, strip)
    return Survey(archive, index)


def _read(segments: list[ArchiveSegment], reader: TimelineReader) -> ArchiveIndex:
    """A segment that is gone or damaged leaves a gap in the sequence numbers, which the timeline names."""
    index, clock, seen, last_ms = ArchiveIndex(), Clock(), Seen(), None
    is_missing = False
    for segment, entries in _readable(segments):
        is_missing = not entries
        frames = [(float(entry.received_at_ms), entry.frame) for entry in entries if seen.is_new(entry.frame)]
        for entry in server_times(frames, clock=clock):
            reader.take(entry)
            index.take(segment.number, entry, timeline=reader.timeline, clock=clock)
            last_ms = max(last_ms or 0, reader.since_start(entry.at_ms))
    if is_missing:
        reader.timeline.add_hole("gap", starts_ms=last_ms or 0, ends_ms=reader.timeline.duration_ms)
    return index


def _readable(segments: Iterable[ArchiveSegment]) -> Iterator[tuple[ArchiveSegment, list[JournalEntry]]]:
    """With nothing for a segment that is gone or damaged."""
    for segment in segments:
        try:
            yield segment, list(journal.fetch(segment))
        except (CorruptSegment, store.NoSuchObject):
            logger.exception("segment %s of the archive of session %s is damaged", segment.number, segment.session_id)
            yield segment, []


def planned_archive(recording: Recording) -> Archive:
    """As it was surveyed when the segments were laid out. Needs the tenant's scope."""
    session = recording.session
    assert session.started_at
    language = Tenant.objects.get(id=recording.tenant_id).language
    return Archive(
        tenant_id=recording.tenant_id,
        session_id=session.id,
        epoch_ms=session.started_at.timestamp() * 1000,
        language=language,
        timeline=timeline_of(recording),
        strip=Strip(presences_of(session), language) if recording.has_frame else None,
    )


def frames_for(
    archive: Archive, segments: Iterable[VideoSegment], *, on_part: Callable[[], None] = lambda: None
) -> Iterator[tuple[float, bytes]]:
    """(received_at_ms, frame) of what the segments need, which follow each other.

    `on_part()` is called with each archive segment.
    """
    window = joined(of_document(segment.window) for segment in segments)
    with tenant_scope(archive.tenant_id):
        found = ArchiveSegment.objects.filter(session_id=archive.session_id, number__in=window.numbers)
        rows = list(found.order_by("number"))

    def parts() -> Iterator[tuple[int, list[JournalEntry]]]:
        for row, entries in _readable(rows):
            on_part()
            yield row.number, entries

    yield from narrowed(window, parts())


def join_video(archive: Archive, segments: list[VideoSegment], folder: Path) -> Path:
    """The whole video from the segments' objects. Raises `SegmentGone`, also for what another release has encoded."""
    video_ms = archive.timeline.video_ms
    paths = [_downloaded(segment, folder) for segment in segments]
    _check_alike(segments, [header_of(path) for path in paths])
    parts = [(path, video_ms(segment.starts_ms)) for segment, path in zip(segments, paths, strict=True)]
    chapters = [
        Chapter(c["title"], video_ms(c["starts_ms"]), video_ms(c["ends_ms"])) for c in archive.timeline.chapters()
    ]
    joined = folder / "video.mp4"
    join_segments(joined, segments=parts, duration_ms=video_ms(archive.timeline.duration_ms), chapters=chapters)
    return joined


def _check_alike(segments: list[VideoSegment], headers: list[bytes]) -> None:
    """The newest one counts."""
    _, header = max(zip([segment.done_at for segment in segments], headers, strict=True))
    for segment, other in zip(segments, headers, strict=True):
        if other != header:
            raise SegmentGone(segment.id)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _downloaded(segment: VideoSegment, folder: Path) -> Path:
    path = folder / f"{segment.number}.mp4"
    try:
        path.write_bytes(store.get(segment.object_key))
    except store.NoSuchObject as failure:
        raise SegmentGone(segment.id) from failure
    return path
