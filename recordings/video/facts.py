"""What the steps of a render hand to the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VideoFacts:
    """What is known of a finished video; sizes in bytes, times in ms."""

    object_key: str
    sha256: str
    video_bytes: int
    duration_ms: int
    chapters: list[dict[str, Any]]


@dataclass(frozen=True)
class Layout:
    """What the segments `(starts_ms, ends_ms)` of a video are, and what each of them needs of the archive."""

    cuts: Sequence[tuple[int, int]]
    windows: Sequence[dict[str, Any]]
    plan: dict[str, Any]
    skips: Sequence[dict[str, int]]
    has_frame: bool
    width: int
    height: int
