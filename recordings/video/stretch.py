"""A stretch of a session that is to be rendered, and what it took."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from recordings.video.idle import VideoTime
from recordings.video.plan import Canvas
from recordings.video.strip import Strip


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
    """What a segment took; durations in ms of the wall clock. `repeats` are pictures that were as the one before."""

    steps: int = 0
    pictures: int = 0
    repeats: int = 0
    frames: int = 0
    seek_ms: float = 0
    probe_ms: float = 0
    picture_ms: float = 0
    decode_ms: float = 0
    encode_ms: float = 0
    total_ms: float = 0
    times_ms: list[int] = field(default_factory=list)
