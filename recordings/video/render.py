"""Renders one segment by stepping: from change to change, a picture only where something visible changed."""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from recordings.video.encoder import SegmentEncoder
from recordings.video.overlay import Mark, Marks, Placement, draw_marks
from recordings.video.pace import MOVING_STEP_MS, STEP_MS, Pace
from recordings.video.plan import Canvas
from recordings.video.shell import StageShell
from recordings.video.shown import Shown
from recordings.video.signs import TYPED_MS, Box, draw_fast, draw_typing
from recordings.video.stretch import Card, RenderCost, Stretch
from recordings.video.surface import JpegReader, Surface

RIPPLE_STEP_MS = 75
# Of the pointer's path; a click is a change, and has a step of its own.
POINTER_STEP_MS = 66
SETTLING_MS = 400
REPORT_SECONDS = 1.0


def render_stretch(
    shell: StageShell, stretch: Stretch, path: Path, *, on_progress: Callable[[int], None] = lambda _done_ms: None
) -> RenderCost:
    """Write the stretch as a segment file; `on_progress(done_ms)` is called every few seconds and may raise."""
    return Rendering(shell).render(stretch, path, on_progress=on_progress)


class Rendering:
    """Of one or more stretches, each of which begins where the one before ended, of what the stage has loaded."""

    def __init__(self, shell: StageShell) -> None:
        self._shell = shell
        self._jpegs = JpegReader()
        self._shown: Shown | None = None
        self._card: Card | None = None
        self._has_picture = False
        self._place, self._top = Placement(1.0, 0, 0), 0
        self._strip: tuple[str, str, str] | None = None
        self._typed: tuple[float, Box] | None = None
        self._data = b""
        self._ended_ms: int | None = None

    def render(self, stretch: Stretch, path: Path, *, on_progress: Callable[[int], None]) -> RenderCost:
        """As `render_stretch` does."""
        canvas = stretch.canvas
        with SegmentEncoder(path, width=canvas.width, height=canvas.height) as encoder:
            return self._run(stretch, encoder, on_progress)

    def _run(self, stretch: Stretch, encoder: SegmentEncoder, on_progress: Callable[[int], None]) -> RenderCost:
        started = reported = time.monotonic()
        self._begin(stretch)
        at = float(stretch.starts_ms)
        while at < stretch.ends_ms:
            self._step(encoder, at)
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                on_progress(round(at) - stretch.starts_ms)
            at = self._next(at)
        encoder.finish(duration_ms=stretch.video_ms(stretch.ends_ms))
        self._ended_ms = stretch.ends_ms
        self._cost.total_ms = (time.monotonic() - started) * 1000
        return self._cost

    def _begin(self, stretch: Stretch) -> None:
        self._stretch, self._cost = stretch, RenderCost()
        self._changes, self._mark_times, self._marks = self._schedule()
        self._edges = sorted({edge for card in stretch.cards for edge in (card.starts_ms, card.ends_ms)})
        self._overlay: object = None
        self._rippling = False
        # So long before the step is the middle of what it shows.
        self._before = 0.0
        if self._ended_ms is None:
            self._pace = Pace(stretch.epoch_ms)
            self._surface = Surface(stretch.canvas.width, stretch.canvas.height)
            self._open()
        elif self._ended_ms == stretch.starts_ms:
            self._changes.append(float(stretch.starts_ms))  # what came after the last step
        else:
            raise ValueError(f"{stretch.starts_ms} ms does not follow on {self._ended_ms} ms")
        self._changes.sort()

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

    def _open(self) -> None:
        """Bring the stage to the first moment, and let what had been running before it run out."""
        stretch = self._stretch
        settling_ms = SETTLING_MS if stretch.marks_from_ms < stretch.starts_ms else 0
        self._shell.set_size(**_css_size(stretch.canvas))
        self._seek(stretch.starts_ms)
        self._shell.start_clock(stretch.epoch_ms + stretch.starts_ms - settling_ms)
        for back_ms in range(settling_ms, 0, -MOVING_STEP_MS):
            self._shell.pass_to(stretch.epoch_ms + stretch.starts_ms - back_ms)

    def _next(self, at: float) -> float:
        due, ends_ms = min(self._due_at(at)), self._stretch.ends_ms
        least = self._later(at, STEP_MS)
        if max(at + 1.0, due) < ends_ms <= least:
            least = ends_ms - 1.0  # what is due is not left to the next stretch
        step = max(due, least)
        last = max([due, *self._changes[: bisect_right(self._changes, step)][-1:]])
        self._before = step - (due + last) / 2
        return step

    def _due_at(self, at: float) -> Iterator[float]:
        yield _after(self._changes, at)
        yield max(_after(self._mark_times, at), self._later(at, POINTER_STEP_MS))
        yield _after(self._edges, at)
        if self._rippling:
            yield self._later(at, RIPPLE_STEP_MS)
        yield self._later(at, self._pace.due_at(at) - at)

    def _later(self, at: float, video_ms: float) -> float:
        """When in the session so much more of the video has passed."""
        time = self._stretch.time
        return time.of_session(time.of_video(at) + video_ms)

    def _step(self, encoder: SegmentEncoder, at: float) -> None:
        self._cost.steps += 1
        is_changed = self._changed_before(at) or self._covers_otherwise(at)
        if is_changed:
            self._change(at)
        is_told = self._tell_strip(at)
        is_due = at >= self._pace.due_at(at)
        is_new = False
        if is_changed or is_told or is_due or not self._has_picture:
            is_new = self._draw(at)
            if is_due and not is_changed:
                self._ask(at, is_new)
        self._emit(encoder, at, is_new)

    def _change(self, at: float) -> None:
        """Time comes first: what the change sets moving begins at the change."""
        if self._pace.moves(at):
            self._timed("probe_ms", lambda: self._shell.pass_to(self._stretch.epoch_ms + at))
        self._seek(at, now_ms=self._stretch.epoch_ms + at)
        self._cover(at)

    def _ask(self, at: float, has_moved: bool) -> None:
        if self._pace.wants_activity(at, has_moved=has_moved):
            self._pace.tell(self._timed("probe_ms", self._shell.activity), at, has_moved=has_moved)

    def _draw(self, at: float) -> bool:
        """Whether the picture is another one than the last."""
        self._pace.look(at)
        data = self._timed("picture_ms", lambda: self._shell.draw(self._stretch.epoch_ms + at))
        if self._has_picture and data == self._data:
            self._cost.repeats += data is not self._data
            return False
        self._cost.pictures += 1
        self._data = data
        self._timed("decode_ms", lambda: self._show(data))
        return True

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

    def _seek(self, at: float, *, now_ms: float | None = None) -> None:
        """The state at `at`, including what happened in that very millisecond."""
        first = self._stretch.first_page_ms
        if first is None:
            return
        sought_ms = self._stretch.epoch_ms + max(at, first) + 1
        shown = self._timed("seek_ms", lambda: self._shell.seek(sought_ms, now_ms=now_ms))
        if self._shown is None or (shown.width, shown.height) != (self._shown.width, self._shown.height):
            self._fit(shown)
        if self._shown is not None and shown.page != self._shown.page:
            self._marks.forget_pointer()
        if shown.typed:
            self._typed = at, shown.typed
        self._shown = shown
        self._pace.tell(shown.activity, at)

    def _fit(self, shown: Shown) -> None:
        canvas, scale = self._stretch.canvas, self._stretch.canvas.scale
        # What is beyond the canvas is not drawn: a page can say that its window is as large as it likes.
        room, height = _css_size(canvas), shown.height + canvas.strip
        self._shell.set_size(width=min(shown.width, room["width"]), height=min(height, room["height"]))
        left = max(canvas.width - round(shown.width * scale), 0) // 4 * 2
        self._top = max(canvas.height - round(height * scale), 0) // 4 * 2
        self._place = Placement(scale, left, self._top + round(canvas.strip * scale))
        self._has_picture = False

    def _card_at(self, at: float) -> Card | None:
        return next((card for card in self._stretch.cards if card.starts_ms <= at < card.ends_ms), None)

    def _covers_otherwise(self, at: float) -> bool:
        return self._card_at(at) != self._card

    def _cover(self, at: float) -> None:
        if self._covers_otherwise(at):
            self._card = self._card_at(at)
            self._shell.show_card(self._card.title if self._card else "", self._card.text if self._card else "")

    def _show(self, data: bytes) -> None:
        self._surface.show(self._jpegs.read(data), left=self._place.left, top=self._top)
        self._has_picture = True

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
        self._surface.unmark()
        if typed:
            draw_typing(self._surface, typed, self._place)
        draw_marks(self._surface, at_ms=at, pointer=pointer, clicks=clicks, place=self._place)
        if is_fast:
            draw_fast(self._surface)
        at_ms = self._stretch.video_ms(at - self._before)
        self._timed("encode_ms", lambda: encoder.add(self._surface.frame, at_ms=at_ms))
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
