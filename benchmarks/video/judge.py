"""What a video shows: the stripe's number on each picture, and how like the visitor's screen it is."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from benchmarks.video.sessions import Session
from tests.apps.ssim import ssim

CELL, BITS = 8, 12
MARGIN = 2
# A number that was on the visitor's screen for a shorter time need not be on any picture.
LEAST_SHOWN_MS = 120
GREY = 128


@dataclass(frozen=True)
class Timed:
    """A video whose picture at `offset_ms + t` of the file is of the moment t of the session."""

    data: bytes
    offset_ms: float = 0


@dataclass(frozen=True)
class Verdict:
    """`errors_ms` of what the visitor did, by number of the stripe, as far as it is seen; `likeness` by checkpoint.

    A page that arrives is late by what capture takes for its first snapshot: `arrival_errors_ms`.
    """

    frames: int
    size_bytes: int
    errors_ms: dict[int, float]
    arrival_errors_ms: dict[int, float]
    dropped: int
    wrong: int
    likeness: dict[str, float]

    @property
    def largest_error_ms(self) -> float:
        return max(map(abs, self.errors_ms.values()), default=0)

    @property
    def largest_arrival_error_ms(self) -> float:
        return max(map(abs, self.arrival_errors_ms.values()), default=0)


def judge(video: Timed, session: Session) -> Verdict:
    """Reads every picture of the video once."""
    seen, wanted = _Seen(), _wanted(session)
    best: dict[str, tuple[float, np.ndarray]] = {}
    for at_ms, until_ms, frame in _pictures(video):
        seen.take(at_ms, _number(frame))
        for name, (from_ms, to_ms, picture) in wanted.items():
            if at_ms <= to_ms and until_ms > from_ms:
                _keep_best(best, name, picture, frame.to_ndarray(format="rgb24"))
    shown = {point.name: point.picture for point in session.recorded.checkpoints}
    likeness = {name: ssim(shown[name], best[name][1]) if name in best else 0.0 for name in shown}
    errors, arrivals = _errors(seen, _due(session)), _errors(seen, _due(session, arrives=True))
    dropped = len(_due(session)) - len(errors)
    return Verdict(seen.count, len(video.data), errors, arrivals, dropped, seen.wrong, likeness)


def centred(video: Timed, session: Session) -> Timed:
    """With the median error at 0: for a recorder that does not say when it began."""
    seen = _Seen()
    for at_ms, _, frame in _pictures(video):
        seen.take(at_ms, _number(frame))
    errors = _errors(seen, _due(session))
    shift = float(np.median(list(errors.values()))) if errors else 0.0
    return Timed(video.data, video.offset_ms + shift)


class _Seen:
    """When each number is first seen. A picture is wrong where it can't be read or its number goes back."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.count = self.wrong = 0
        self._last = 0

    def take(self, at_ms: float, number: int | None) -> None:
        self.count += 1
        if number is None:
            self.wrong += bool(self.first)  # before the first page there is none
            return
        self.wrong += number < self._last
        self._last = max(self._last, number)
        self.first.setdefault(number, at_ms)


def _pictures(video: Timed) -> Iterator[tuple[float, float, Any]]:
    """(from, until, frame), ms of the session."""
    held: tuple[float, Any] | None = None
    with av.open(io.BytesIO(video.data)) as container:
        for frame in container.decode(video=0):
            at_ms = float(frame.pts * frame.time_base) * 1000 - video.offset_ms
            if held:
                yield held[0], at_ms, held[1]
            held = at_ms, frame
    if held:
        yield held[0], float("inf"), held[1]


def _number(frame: Any) -> int | None:
    """What the stripe in the lower left corner says; None where there is none."""
    plane = frame.planes[0]
    luma = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    rows = luma[frame.height - CELL + MARGIN : frame.height - MARGIN, : CELL * (BITS + 2)]
    cells = rows.reshape(rows.shape[0], BITS + 2, CELL)[:, :, MARGIN:-MARGIN].mean(axis=(0, 2))
    if cells[0] < GREY or cells[-1] > GREY:
        return None
    return int(sum(1 << bit for bit in range(BITS) if cells[bit + 1] < GREY))


def _errors(seen: _Seen, due: dict[int, float]) -> dict[int, float]:
    """By number how late it is, ms."""
    return {number: seen.first[number] - at_ms for number, at_ms in due.items() if number in seen.first}


def _due(session: Session, *, arrives: bool = False) -> dict[int, float]:
    """The session's ms at which each number came, of those that stayed for a while."""
    started_ms = session.recorded.started_ms
    ends = [later.at_ms for later in session.counted[1:]] + [session.recorded.ended_ms]
    stays = zip(session.counted, ends, strict=True)
    kept = [one for one, end_ms in stays if one.arrives == arrives and end_ms - one.at_ms >= LEAST_SHOWN_MS]
    return {one.number: one.at_ms - started_ms for one in kept}


def _wanted(session: Session) -> dict[str, tuple[float, float, np.ndarray]]:
    started_ms = session.recorded.started_ms
    return {
        point.name: (point.at_ms - started_ms, session.until_ms[point.name] - started_ms, point.picture)
        for point in session.recorded.checkpoints
    }


def _keep_best(best: dict[str, tuple[float, np.ndarray]], name: str, wanted: np.ndarray, picture: np.ndarray) -> None:
    """The visitor's picture is of some moment within its time, so of several the nearest counts."""
    if picture.shape != wanted.shape:
        return
    error = float(np.square(picture[::2, ::2].astype(np.int16) - wanted[::2, ::2]).mean())
    if name not in best or error < best[name][0]:
        best[name] = error, picture


def least(verdicts: Sequence[Verdict]) -> float:
    return min(value for verdict in verdicts for value in verdict.likeness.values())
