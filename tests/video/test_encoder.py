"""Segments join without a second encoding into a file that starts with its index and names its chapters."""

from pathlib import Path

import av
import numpy as np

from recordings.video.encoder import Chapter, SegmentEncoder, join_segments
from tests.video.pictures import as_frame

RED, LIME, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def picture(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((120, 160, 3), colour, np.uint8)


def write_segment(path: Path, frames: list[tuple[int, tuple[int, int, int]]], *, duration_ms: int) -> Path:
    with SegmentEncoder(path, width=160, height=120) as encoder:
        for at_ms, colour in frames:
            encoder.add(as_frame(picture(colour)), at_ms=at_ms)
        encoder.finish(duration_ms=duration_ms)
    return path


def joined(folder: Path) -> Path:
    first = write_segment(folder / "0.mp4", [(0, RED), (700, LIME)], duration_ms=4000)
    second = write_segment(folder / "1.mp4", [(0, BLUE)], duration_ms=3000)
    third = write_segment(folder / "2.mp4", [(0, RED), (40, BLUE), (11_000, LIME)], duration_ms=20_000)
    chapters = [Chapter("Start 你好", 0, 4000), Chapter("Orders", 4000, 27_000)]
    segments = [(first, 0), (second, 4000), (third, 7000)]
    join_segments(folder / "joined.mp4", segments=segments, duration_ms=27_000, chapters=chapters)
    return folder / "joined.mp4"


def test_joined_video_shows_each_picture_at_its_time(tmp_path: Path) -> None:
    with av.open(str(joined(tmp_path))) as container:
        frames = [(f.pts, f.to_ndarray(format="rgb24")[60, 80].astype(int)) for f in container.decode(video=0)]
    assert [at for at, _ in frames] == [0, 700, 4000, 7000, 7040, 18_000]
    for (_, seen), colour in zip(frames, (RED, LIME, BLUE, RED, BLUE, LIME), strict=True):
        assert np.abs(seen - colour).max() < 12


def test_joined_video_lasts_as_long_as_the_session(tmp_path: Path) -> None:
    with av.open(str(joined(tmp_path))) as container:
        stream = container.streams.video[0]
        assert stream.duration * stream.time_base == 27
        assert container.duration == 27_000_000


def test_joined_video_has_chapters(tmp_path: Path) -> None:
    with av.open(str(joined(tmp_path))) as container:
        found = [
            (c["metadata"]["title"], c["start"] * c["time_base"], c["end"] * c["time_base"])
            for c in container.chapters()
        ]
    assert found == [("Start 你好", 0, 4), ("Orders", 4, 27)]


def test_joined_video_starts_fast(tmp_path: Path) -> None:
    data = joined(tmp_path).read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_segment_begins_with_a_keyframe_and_has_one_every_ten_seconds(tmp_path: Path) -> None:
    frames = [(at_ms, LIME if at_ms % 2000 else RED) for at_ms in range(0, 35_000, 1000)]
    with av.open(str(write_segment(tmp_path / "a.mp4", frames, duration_ms=35_000))) as container:
        keys = [frame.pts for frame in container.decode(video=0) if frame.key_frame]
    assert keys == [0, 10_000, 20_000, 30_000]


def test_seek_finds_the_frame(tmp_path: Path) -> None:
    with av.open(str(joined(tmp_path))) as container:
        stream = container.streams.video[0]
        container.seek(5000, stream=stream)
        frame = next(f for f in container.decode(video=0) if f.pts >= 4000)
        assert np.abs(frame.to_ndarray(format="rgb24")[60, 80].astype(int) - BLUE).max() < 12


def test_same_pictures_make_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert joined(tmp_path / "a").read_bytes() == joined(tmp_path / "b").read_bytes()


def test_pictures_past_the_end_of_a_short_segment_push_the_next(tmp_path: Path) -> None:
    crowded = write_segment(tmp_path / "0.mp4", [(0, RED), (1, LIME), (2, RED)], duration_ms=19)
    after = write_segment(tmp_path / "1.mp4", [(0, BLUE)], duration_ms=1000)
    path = tmp_path / "joined.mp4"
    join_segments(path, segments=[(crowded, 0), (after, 19)], duration_ms=1019, chapters=[])
    with av.open(str(path)) as container:
        times = [frame.pts for frame in container.decode(video=0)]
    assert len(times) == 4
    assert times == sorted(set(times))
