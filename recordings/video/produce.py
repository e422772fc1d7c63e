"""From a session's archive to segment files and the joined video, all on this worker's disk."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from assist.channel.models import AssistSession
from assist.console.assets import stage_asset
from helpdesk.embedded.browser import headless_shell_path
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.archive import journal
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import CorruptSegment
from recordings.video.cards import cards_of, covering, failure_card
from recordings.video.encoder import Chapter, join_segments
from recordings.video.launch import open_browser
from recordings.video.models import VideoSegment
from recordings.video.plan import Entry, Timeline, read_timeline, server_times
from recordings.video.render import Card, RenderCost, Stretch, render_stretch
from recordings.video.shell import StageShell

logger = logging.getLogger(__name__)

STAGE_SCRIPT = settings.BASE_DIR / "web" / "dist" / "stage.js"
RENDER_SECONDS = 600


@dataclass(frozen=True)
class Archive:
    """A session's frames on the server's clock, and their outline."""

    tenant_id: UUID
    session_id: UUID
    epoch_ms: float
    language: str
    entries: list[Entry]
    timeline: Timeline


def read_archive(tenant_id: UUID, session_id: UUID) -> Archive:
    """Everything that is needed to render an ended session."""
    with tenant_scope(tenant_id):
        session = AssistSession.objects.get(id=session_id)
        language = Tenant.objects.get(id=tenant_id).language
        frames, ends_early = _readable_frames(session)
    if session.started_at is None or session.ended_at is None:
        raise ValueError("only a session that was live and has ended has a video")
    entries = list(server_times(frames))
    timeline = read_timeline(entries, started_at=session.started_at, ended_at=session.ended_at)
    epoch_ms = session.started_at.timestamp() * 1000
    if ends_early:
        last_ms = max((entry.at_ms for entry in entries), default=epoch_ms)
        timeline.add_hole("gap", starts_ms=round(last_ms - epoch_ms), ends_ms=timeline.duration_ms)
    return Archive(tenant_id, session_id, epoch_ms, language, entries, timeline)


def _readable_frames(session: AssistSession) -> tuple[list[tuple[float, bytes]], bool]:
    """(received_at_ms, frame) of what can be read, and whether the end is missing.

    A segment that is gone or damaged leaves a gap in the sequence numbers, which the timeline names.
    """
    try:
        return [(entry.received_at_ms, entry.frame) for entry in journal.read(session)], False
    except (CorruptSegment, store.NoSuchObject):
        logger.exception("the archive of session %s is damaged", session.id)
    frames: list[tuple[float, bytes]] = []
    is_missing = False
    for segment in ArchiveSegment.objects.filter(session=session).order_by("number"):
        try:
            part = [(entry.received_at_ms, entry.frame) for entry in journal.fetch(segment)]
        except (CorruptSegment, store.NoSuchObject):
            part = []
        frames += part
        is_missing = not part
    return frames, is_missing


def render_segment(
    archive: Archive, segment: VideoSegment, path: Path, *, on_progress: Callable[[int], None]
) -> RenderCost:
    """Write the segment's file; raises BrowserFailed, CommandRefused."""
    timeline = archive.timeline
    span = {"starts_ms": segment.starts_ms, "ends_ms": segment.ends_ms}
    cards = covering(cards_of(timeline, language=archive.language), **span)
    with _open_shell(archive, script=STAGE_SCRIPT.read_bytes()) as shell:
        shell.load((entry.received_ms, entry.data) for entry in archive.entries)
        on_progress(0)
        stretch = _stretch(archive, segment, cards=cards, first_page_ms=timeline.first_page_ms)
        return render_stretch(shell, stretch, path, on_progress=on_progress)


def render_card(
    archive: Archive, segment: VideoSegment, path: Path, *, on_progress: Callable[[int], None]
) -> RenderCost:
    """Write a file that says that this segment could not be rendered."""
    card = failure_card(starts_ms=segment.starts_ms, ends_ms=segment.ends_ms, language=archive.language)
    with _open_shell(archive, script=b"") as shell:
        return render_stretch(shell, _stretch(archive, segment, cards=[card], first_page_ms=None), path)


def join_video(archive: Archive, segments: list[VideoSegment], folder: Path) -> Path:
    """The whole video from the segments' objects."""
    parts = [(_downloaded(segment, folder), segment.starts_ms) for segment in segments]
    chapters = [Chapter(c["title"], c["starts_ms"], c["ends_ms"]) for c in archive.timeline.chapters()]
    joined = folder / "video.mp4"
    join_segments(joined, segments=parts, duration_ms=archive.timeline.duration_ms, chapters=chapters)
    return joined


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _downloaded(segment: VideoSegment, folder: Path) -> Path:
    path = folder / f"{segment.number}.mp4"
    path.write_bytes(store.get(segment.object_key))
    return path


def _open_shell(archive: Archive, *, script: bytes) -> StageShell:
    canvas = archive.timeline.canvas()
    browser = open_browser(str(headless_shell_path()), scale=canvas.scale)
    browser.allow_seconds(RENDER_SECONDS)

    def find_asset(sha256: str) -> tuple[str, bytes] | None:
        with tenant_scope(archive.tenant_id):
            found = stage_asset(archive.session_id, sha256=sha256)
        return (found.content_type, found.body) if found else None

    return StageShell(browser, script=script, find_asset=find_asset, width=canvas.width, height=canvas.height)


def _stretch(archive: Archive, segment: VideoSegment, *, cards: list[Card], first_page_ms: int | None) -> Stretch:
    return Stretch(
        starts_ms=segment.starts_ms,
        ends_ms=segment.ends_ms,
        epoch_ms=archive.epoch_ms,
        canvas=archive.timeline.canvas(),
        cards=cards,
        first_page_ms=first_page_ms,
        marks_from_ms=archive.timeline.visit_start(segment.starts_ms),
    )
