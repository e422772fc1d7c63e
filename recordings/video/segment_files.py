"""Writes the files of a recording's segments, one after the other with the same browser."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Self

from django.conf import settings

from assist.console.assets import stage_asset
from helpdesk.embedded.browser import BrowserMissing, headless_shell_path
from helpdesk.tenants.context import tenant_scope
from recordings.video.cards import cards_of, covering, failure_card
from recordings.video.cdp import Browser, BrowserFailed, CommandRefused, NotDrawn
from recordings.video.failures import FailureCode, NoBrowser, code_of, text_of
from recordings.video.launch import START_SECONDS, borrow_browser, keep_browser, open_browser
from recordings.video.models import VideoSegment
from recordings.video.produce import Archive, frames_for
from recordings.video.render import Rendering, render_stretch
from recordings.video.shell import StageShell
from recordings.video.stretch import Card, RenderCost, Stretch

logger = logging.getLogger(__name__)

STAGE_SCRIPT = settings.BASE_DIR / "web" / "dist" / "stage.js"
# A segment of a second may take so long, and of each second more; what takes longer becomes a card.
RENDER_SECONDS = 120
RENDER_SECONDS_A_SECOND = 4
# A browser that has kept more than this of one segment is not used for the next.
MOST_KEPT_BYTES = 500_000_000
# Nor one that has written so much of what it is about to do.
MOST_LOG_BYTES = 5_000_000
# Nor one whose frame times the machine's clock could overtake within the next segment.
LEAST_AHEAD_MS = 400_000

Progress = Callable[[int], None]


class SegmentFiles:
    """Of one recording, with one browser, which another recording gets next unless anything failed.

    Methods raise what the browser raises.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._shell: StageShell | None = None
        self._rendering: Rendering | None = None
        self._is_borrowed = False
        # Segments whose frames the stage has, and that it has not come to.
        self._coming: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._close_worn()
        if self._shell:
            self._keep(self._shell)
        self._shell = self._rendering = None

    def render(
        self, segment: VideoSegment, path: Path, *, on_progress: Progress, following: Sequence[VideoSegment] = ()
    ) -> RenderCost:
        """Write what was shown; those `following` may come next, for which the stage then goes on.

        A browser that stops drawing, or that holds anything of another segment, is replaced once.
        """
        is_shared = self._shell is not None or bool(following)
        try:
            return self._render(segment, path, on_progress=on_progress, following=following)
        except (BrowserFailed, CommandRefused, ValueError) as failure:
            if not is_shared and not self._is_borrowed and not isinstance(failure, NotDrawn):
                raise
            logger.warning("segment %s begins again with another browser", segment.id, exc_info=True)
            return self._render(segment, path, on_progress=on_progress)

    def _render(
        self, segment: VideoSegment, path: Path, *, on_progress: Progress, following: Sequence[VideoSegment] = ()
    ) -> RenderCost:
        archive, timeline = self.archive, self.archive.timeline
        span = {"starts_ms": segment.starts_ms, "ends_ms": segment.ends_ms}
        cards = covering(cards_of(timeline, language=archive.language), **span)
        try:
            rendering = self._begun(segment, following, renew=partial(on_progress, 0))
            stretch = _stretch(archive, segment, cards=cards, first_page_ms=timeline.first_page_ms)
            return rendering.render(stretch, path, on_progress=on_progress)
        except BaseException:
            self._close()
            raise

    def _begun(
        self, segment: VideoSegment, following: Sequence[VideoSegment], *, renew: Callable[[], None]
    ) -> Rendering:
        """What goes on where the segment begins, or begins there."""
        self._close_worn()
        if self._shell and self._rendering and self._coming[:1] == [segment.number]:
            self._coming.pop(0)
            self._shell.allow_seconds(self._seconds(segment))
            return self._rendering
        shell = self._opened(segment, renew=renew)
        shell.load(frames_for(self.archive, [segment, *following], on_part=renew))
        renew()
        self._coming = [coming.number for coming in following]
        self._rendering = Rendering(shell)
        return self._rendering

    def render_card(self, segment: VideoSegment, path: Path, *, on_progress: Progress) -> RenderCost:
        """Write that this segment could not be rendered."""
        archive = self.archive
        card = failure_card(starts_ms=segment.starts_ms, ends_ms=segment.ends_ms, language=archive.language)
        stretch = _stretch(archive, segment, cards=[card], first_page_ms=None)
        self._close()
        self._is_borrowed = False
        with self._stage_in(_opened_browser(scale=archive.canvas.scale), renew=partial(on_progress, 0)) as shell:
            shell.allow_seconds(self._seconds(segment))
            return render_stretch(shell, stretch, path, on_progress=on_progress)

    def _opened(self, segment: VideoSegment, *, renew: Callable[[], None]) -> StageShell:
        """With an empty stage."""
        kept = self._shell
        shell = self._shell = kept or self._new(renew=renew)
        shell.allow_seconds(self._seconds(segment))
        if kept:
            shell.empty()
        return shell

    def _keep(self, shell: StageShell) -> None:
        try:
            keep_browser(shell.leave(), str(headless_shell_path()), scale=self.archive.canvas.scale)
        except Exception:
            logger.warning("a browser could not be kept", exc_info=True)
            shell.close()

    def _close_worn(self) -> None:
        if self._shell and (
            self._shell.memory_bytes() > MOST_KEPT_BYTES
            or self._shell.log_bytes() > MOST_LOG_BYTES
            or self._shell.ahead_ms() < LEAST_AHEAD_MS
        ):
            self._close()

    def _close(self) -> None:
        if self._shell:
            self._shell.close()
        self._shell, self._rendering = None, None

    def _seconds(self, segment: VideoSegment) -> float:
        video_ms = self.archive.timeline.video_ms
        return (
            RENDER_SECONDS + RENDER_SECONDS_A_SECOND * (video_ms(segment.ends_ms) - video_ms(segment.starts_ms)) / 1000
        )

    def _new(self, *, renew: Callable[[], None]) -> StageShell:
        scale = self.archive.canvas.scale
        borrowed = borrow_browser(str(headless_shell_path()), scale=scale)
        self._is_borrowed = borrowed is not None
        try:
            return self._stage_in(borrowed or _opened_browser(scale=scale), renew=renew)
        except NoBrowser:
            if borrowed is None:
                raise
            self._is_borrowed = False  # it has ended meanwhile, or does not answer
            return self._stage_in(_opened_browser(scale=scale), renew=renew)

    def _stage_in(self, browser: Browser, *, renew: Callable[[], None]) -> StageShell:
        canvas, script = self.archive.canvas, STAGE_SCRIPT.read_bytes()
        try:
            renew()
        except BaseException:
            browser.close()
            raise
        browser.allow_seconds(START_SECONDS)
        size = {"width": canvas.width, "height": canvas.height}
        try:
            return StageShell(browser, script=script, find_asset=self._find_asset, **size)
        except (BrowserFailed, CommandRefused) as failure:
            raise NoBrowser(text_of(failure)) from failure

    def _find_asset(self, sha256: str) -> tuple[str, bytes] | None:
        with tenant_scope(self.archive.tenant_id):
            found = stage_asset(self.archive.session_id, sha256=sha256)
        return (found.content_type, found.body) if found else None


def _opened_browser(*, scale: float) -> Browser:
    try:
        return open_browser(str(headless_shell_path()), scale=scale)
    except (BrowserMissing, BrowserFailed, CommandRefused) as failure:
        raise NoBrowser(text_of(failure)) from failure
    except OSError as failure:
        if code_of(failure) == FailureCode.DISK:
            raise
        raise NoBrowser(text_of(failure)) from failure


def _stretch(archive: Archive, segment: VideoSegment, *, cards: list[Card], first_page_ms: int | None) -> Stretch:
    return Stretch(
        starts_ms=segment.starts_ms,
        ends_ms=segment.ends_ms,
        epoch_ms=archive.epoch_ms,
        canvas=archive.canvas,
        cards=cards,
        first_page_ms=first_page_ms,
        marks_from_ms=archive.timeline.visit_start(segment.starts_ms),
        time=archive.timeline.time,
        strip=archive.strip,
    )
