"""H.264 in MP4 with PyAV: segments that join without a second encoding, and the joined file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
from av.video.frame import PictureType, VideoFrame

MILLISECOND = Fraction(1, 1000)
KEYFRAME_EVERY_MS = 10_000
LEAST_HOLD_MS = 1
# Every segment is encoded alike, so that one header serves the joined file. No B-frames: decoding order is display
# order, and a cut needs no repair. The level is stated because x264 would guess it from the clock of 1/1000 s.
# Screens move by whole pixels and have sharp edges: without subpixel search, partitions, the larger transform and the
# deblocking filter a frame takes 0.6 of the preset's time, is closer to what was shown (by 0.2 to 1.5 dB) and at most
# a tenth larger.
OPTIONS = {
    "preset": "veryfast",
    "crf": "23",
    "bf": "0",
    "g": "100000",
    "forced-idr": "1",
    "level": "4.2",
    "x264-params": "scenecut=0:threads=1:force-cfr=0:subme=0:partitions=i4x4:8x8dct=0:weightp=0:no-deblock=1",
}
# As the browser's pictures are: the matrix of BT.601, full range; primaries and curve as screens have them.
COLOURS = {"colorspace": 6, "color_primaries": 1, "color_trc": 13, "color_range": 2}


@dataclass(frozen=True)
class Chapter:
    """A stretch [starts_ms, ends_ms) of the video with its title."""

    title: str
    starts_ms: int
    ends_ms: int


class SegmentEncoder:
    """Writes one segment; times are ms from its start, and each picture is held until the next."""

    def __init__(self, path: Path, *, width: int, height: int) -> None:
        self._container = av.open(str(path), "w", format="mp4", options={"video_track_timescale": "1000"})
        self._stream: Any = self._container.add_stream("libx264", rate=30, options=dict(OPTIONS))
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = MILLISECOND
        for tag, value in COLOURS.items():
            setattr(self._stream.codec_context, tag, value)
        self._key_at: int | None = None
        self._last_at = -1
        self._held: Any = None
        self.frame_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._container.close()

    def add(self, frame: VideoFrame, *, at_ms: int) -> None:
        """`frame` is yuv420p, and copied; a time that is not later than the last moves to just after it."""
        at_ms = max(at_ms, self._last_at + LEAST_HOLD_MS)
        frame.pts, frame.time_base = at_ms, MILLISECOND
        is_key = self._key_at is None or at_ms - self._key_at >= KEYFRAME_EVERY_MS
        frame.pict_type = PictureType.I if is_key else PictureType.NONE
        if is_key:
            self._key_at = at_ms
        self._last_at = at_ms
        self.frame_count += 1
        self._write(self._stream.encode(frame))

    def finish(self, *, duration_ms: int) -> None:
        """Hold the last picture to the end of the segment."""
        self._write(self._stream.encode(None))
        if self._held is not None:
            self._held.duration = max(duration_ms - self._held.pts, LEAST_HOLD_MS)
            self._container.mux(self._held)

    def _write(self, packets: Iterable[Any]) -> None:
        for packet in packets:
            if self._held is not None:
                self._held.duration = packet.pts - self._held.pts
                self._container.mux(self._held)
            self._held = packet


def header_of(path: Path) -> bytes:
    """What the joined file has once, of its first segment; all must have been encoded with the same."""
    with av.open(str(path)) as container:
        return bytes(container.streams.video[0].codec_context.extradata or b"")


def join_segments(
    path: Path, *, segments: Sequence[tuple[Path, int]], duration_ms: int, chapters: Sequence[Chapter]
) -> None:
    """Copy the packets of `(file, start in ms)` into one MP4 that begins with its index and names its chapters."""
    options = {"movflags": "+faststart", "video_track_timescale": "1000"}
    with av.open(str(segments[0][0])) as first, av.open(str(path), "w", format="mp4", options=options) as output:
        stream = output.add_stream_from_template(first.streams.video[0])
        stream.time_base = MILLISECOND
        if chapters:
            output.set_chapters([_as_chapter(number, chapter) for number, chapter in enumerate(chapters)])
        held: Any = None
        for packet in _packets(segments):
            if held is not None:
                held.duration = packet.pts - held.pts
                output.mux(held)
            packet.stream, held = stream, packet
        held.duration = max(duration_ms - held.pts, LEAST_HOLD_MS)
        output.mux(held)


def _packets(segments: Sequence[tuple[Path, int]]) -> Iterator[Any]:
    """Packets in order of time; a segment's last pictures may be held past its end and push the next ones."""
    last_ms = -1
    for path, starts_ms in segments:
        with av.open(str(path)) as container:
            for packet in container.demux(video=0):
                if packet.pts is None:
                    continue
                at_ms = last_ms = max(round(packet.pts * packet.time_base / MILLISECOND) + starts_ms, last_ms + 1)
                packet.time_base, packet.pts, packet.dts = MILLISECOND, at_ms, at_ms
                yield packet


def _as_chapter(number: int, chapter: Chapter) -> Any:
    return {
        "id": number,
        "start": chapter.starts_ms,
        "end": chapter.ends_ms,
        "time_base": MILLISECOND,
        "metadata": {"title": chapter.title},
    }
