"""Renders one segment by stepping: from change to change, a picture only where something visible changed."""

import io
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from recordings.video.encoder import SegmentEncoder
from recordings.video.idle import VideoTime
from recordings.video.overlay import Mark, Marks, Picture, Placement, draw_marks
from recordings.video.plan import Canvas
from recordings.video.shell import Shown, StageShell
from recordings.video.signs import TYPED_MS, Box, draw_fast, draw_typing
from recordings.video.strip import Strip

STEP_MS = 33
LIVELY_PROBE_MS = 50
PROBE_MS = 100
LIVELY_MS = 1_000
SETTLING_MS = 400
MATTE = (31, 41, 55)
REPORT_SECONDS = 1.0
MAX_PICTURE_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Card:
    """Covers the page in [starts_ms, ends_ms), ms since the session's start."""

    starts_ms: int
    ends_ms: int
    title: str
    text: str = ""


@dataclass(frozen=True)
class Stretch:
    """What to render: [starts_ms, ends_ms) since the session's start at `epoch_ms` of the server's clock.

    Before `first_page_ms` the stage shows that first page already, under a card where one covers it; None: it never
    has one. `marks_from_ms` is the start of the visit that lasts at `starts_ms`, so that the pointer is where it was
    left. `time` says when the video shows what.
    """

    starts_ms: int
    ends_ms: int
    epoch_ms: float
    canvas: Canvas
    cards: Sequence[Card] = ()
    first_page_ms: int | None = 0
    marks_from_ms: int = 0
    time: VideoTime = field(default_factory=VideoTime)
    strip: Strip | None = None

    def video_ms(self, session_ms: float) -> int:
        """From the segment's start."""
        return round(self.time.of_video(session_ms)) - round(self.time.of_video(self.starts_ms))


@dataclass
class RenderCost:
    """What a segment took; durations in ms of the wall clock."""

    steps: int = 0
    pictures: int = 0
    frames: int = 0
    seek_ms: float = 0
    probe_ms: float = 0
    picture_ms: float = 0
    encode_ms: float = 0
    total_ms: float = 0
    times_ms: list[int] = field(default_factory=list)


def render_stretch(
    shell: StageShell, stretch: Stretch, path: Path, *, on_progress: Callable[[int], None] = lambda _done_ms: None
) -> RenderCost:
    """Write the stretch as a segment file; `on_progress(done_ms)` is called every few seconds and may raise."""
    renderer = _Renderer(shell, stretch)
    canvas = stretch.canvas
    with SegmentEncoder(path, width=canvas.width, height=canvas.height) as encoder:
        return renderer.run(encoder, on_progress)


class _Renderer:
    def __init__(self, shell: StageShell, stretch: Stretch) -> None:
        self._shell = shell
        self._stretch = stretch
        self._cost = RenderCost()
        self._changes, self._mark_times, self._marks = self._schedule()
        self._edges = sorted({edge for card in stretch.cards for edge in (card.starts_ms, card.ends_ms)})
        self._shown: Shown | None = None
        self._card: Card | None = None
        self._base: Picture | None = None
        self._overlay: object = None
        self._place, self._top = Placement(1.0, 0, 0), 0
        self._strip: tuple[str, str, str] | None = None
        self._typed: tuple[float, Box] | None = None
        self._lively_until = -1.0
        self._rippling = False

    def _schedule(self) -> tuple[list[float], list[float], Marks]:
        """Times (ms since the session's start) of changes and marks."""
        stretch, epoch = self._stretch, self._stretch.epoch_ms
        if stretch.first_page_ms is None or stretch.first_page_ms >= stretch.ends_ms:
            return [], [], Marks([])
        span = {"from_ms": epoch + stretch.starts_ms, "to_ms": epoch + stretch.ends_ms}
        changes = sorted(at - epoch for at in self._shell.changes(**span))
        raw = self._shell.marks(from_ms=epoch + stretch.marks_from_ms, to_ms=span["to_ms"])
        marks = [Mark(mark["at"] - epoch, str(mark["kind"]), float(mark["x"]), float(mark["y"])) for mark in raw]
        return [*changes, float(stretch.first_page_ms)], sorted(mark.at_ms for mark in marks), Marks(marks)

    def run(self, encoder: SegmentEncoder, on_progress: Callable[[int], None]) -> RenderCost:
        started = reported = time.monotonic()
        self._changes.sort()
        self._begin()
        at = float(self._stretch.starts_ms)
        while at < self._stretch.ends_ms:
            self._step(encoder, at)
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                on_progress(round(at) - self._stretch.starts_ms)
            at = self._next(at)
        encoder.finish(duration_ms=self._stretch.video_ms(self._stretch.ends_ms))
        self._cost.total_ms = (time.monotonic() - started) * 1000
        return self._cost

    def _begin(self) -> None:
        """Bring the stage to the first moment, and let what had been running before it run out."""
        stretch = self._stretch
        settling_ms = SETTLING_MS if stretch.marks_from_ms < stretch.starts_ms else 0
        self._shell.set_size(**_css_size(stretch.canvas))
        self._seek(stretch.starts_ms)
        self._shell.start_clock(stretch.epoch_ms + stretch.starts_ms - settling_ms)
        for back_ms in range(settling_ms, 0, -PROBE_MS):
            self._shell.move_to(stretch.epoch_ms + stretch.starts_ms - back_ms)

    def _next(self, at: float) -> float:
        lively = self._rippling or at < self._lively_until
        due = min(
            _after(self._changes, at),
            _after(self._mark_times, at),
            _after(self._edges, at),
            self._later(at, LIVELY_PROBE_MS if lively else PROBE_MS),
        )
        return max(due, self._later(at, STEP_MS))

    def _later(self, at: float, video_ms: float) -> float:
        """When in the session so much more of the video has passed."""
        time = self._stretch.time
        return time.of_session(time.of_video(at) + video_ms)

    def _step(self, encoder: SegmentEncoder, at: float) -> None:
        self._cost.steps += 1
        damaged = self._timed("probe_ms", lambda: self._shell.move_to(self._stretch.epoch_ms + at))
        if self._changed_before(at) or self._covers_otherwise(at):
            # Time comes first: what the change sets moving begins at the change, not at the step before it.
            self._change(at)
            damaged = self._timed("probe_ms", self._shell.draw)
        if self._tell_strip(at):
            damaged = self._timed("probe_ms", self._shell.draw)
        if damaged or self._base is None:
            self._base = self._timed("picture_ms", self._picture)
        self._emit(encoder, at, damaged)

    def _change(self, at: float) -> None:
        self._seek(at)
        self._cover(at)
        self._lively_until = at + LIVELY_MS

    def _tell_strip(self, at: float) -> bool:
        """Whether what stands above the page is other than before."""
        if self._stretch.strip is None:
            return False
        title, url = (self._shown.title, self._shown.url) if self._shown else ("", "")
        strip = (title, url, self._stretch.strip.text_at(at))
        if strip == self._strip:
            return False
        self._strip = strip
        self._shell.show_strip(*strip)
        return True

    def _changed_before(self, at: float) -> bool:
        """Whether a change lies between the last step and this one; those are forgotten."""
        count = bisect_right(self._changes, at)
        del self._changes[:count]
        return count > 0

    def _seek(self, at: float) -> None:
        """The state at `at`, including what happened in that very millisecond."""
        first = self._stretch.first_page_ms
        if first is None:
            return
        shown = self._timed("seek_ms", lambda: self._shell.seek(self._stretch.epoch_ms + max(at, first) + 1))
        if self._shown is None or (shown.width, shown.height) != (self._shown.width, self._shown.height):
            self._fit(shown)
        if self._shown is not None and shown.page != self._shown.page:
            self._marks.forget_pointer()
        if shown.typed:
            self._typed = at, shown.typed
        self._shown = shown

    def _fit(self, shown: Shown) -> None:
        canvas, scale = self._stretch.canvas, self._stretch.canvas.scale
        # What is beyond the canvas is not drawn: a page can say that its window is as large as it likes.
        room, height = _css_size(canvas), shown.height + canvas.strip
        self._shell.set_size(width=min(shown.width, room["width"]), height=min(height, room["height"]))
        left = (canvas.width - round(shown.width * scale)) // 2
        self._top = max((canvas.height - round(height * scale)) // 2, 0)
        self._place = Placement(scale, max(left, 0), self._top + round(canvas.strip * scale))
        self._base = None

    def _card_at(self, at: float) -> Card | None:
        return next((card for card in self._stretch.cards if card.starts_ms <= at < card.ends_ms), None)

    def _covers_otherwise(self, at: float) -> bool:
        return self._card_at(at) != self._card

    def _cover(self, at: float) -> None:
        if self._covers_otherwise(at):
            self._card = self._card_at(at)
            self._shell.show_card(self._card.title if self._card else "", self._card.text if self._card else "")

    def _picture(self) -> Picture:
        self._cost.pictures += 1
        image = Image.open(io.BytesIO(self._shell.picture()))
        if image.width * image.height > MAX_PICTURE_PIXELS:
            raise ValueError("the picture is larger than any stage can be")
        return self._on_canvas(np.asarray(image.convert("RGB")))

    def _on_canvas(self, picture: Picture) -> Picture:
        canvas = self._stretch.canvas
        if picture.shape[:2] == (canvas.height, canvas.width):
            return picture
        whole = np.empty((canvas.height, canvas.width, 3), np.uint8)
        whole[:] = MATTE
        top, left = self._top, self._place.left
        part = picture[: canvas.height - top, : canvas.width - left]
        whole[top : top + part.shape[0], left : left + part.shape[1]] = part
        return whole

    def _emit(self, encoder: SegmentEncoder, at: float, damaged: bool) -> None:
        pointer, clicks = self._marks.at(at) if self._card is None else (None, [])
        typed = self._typed_at(at) if self._card is None else None
        is_fast = self._stretch.time.is_shortened(at)
        self._rippling = bool(clicks or typed)
        overlay = (
            pointer and (pointer.x, pointer.y),
            len(clicks),
            at if clicks else 0,
            typed,
            is_fast,
            self._card is None,
        )
        if not damaged and overlay == self._overlay and encoder.frame_count:
            return
        self._overlay = overlay
        assert self._base is not None
        drawn = draw_typing(self._base, typed, self._place) if typed else self._base
        drawn = draw_marks(drawn, at_ms=at, pointer=pointer, clicks=clicks, place=self._place)
        drawn = draw_fast(drawn) if is_fast else drawn
        at_ms = self._stretch.video_ms(at)
        self._timed("encode_ms", lambda: encoder.add(drawn, at_ms=at_ms))
        self._cost.frames += 1

    def _typed_at(self, at: float) -> Box | None:
        """The field that is being typed into."""
        return self._typed[1] if self._typed and at - self._typed[0] < TYPED_MS else None

    def _timed(self, name: str, call):  # type: ignore[no-untyped-def]
        started = time.perf_counter()
        try:
            return call()
        finally:
            setattr(self._cost, name, getattr(self._cost, name) + (time.perf_counter() - started) * 1000)


def _after(times: Sequence[float], at: float) -> float:
    index = bisect_right(times, at)
    return times[index] if index < len(times) else float("inf")


def _css_size(canvas: Canvas) -> dict[str, int]:
    return {"width": round(canvas.width / canvas.scale), "height": round(canvas.height / canvas.scale)}
