"""A session in outline as the recording keeps it: a segment is rendered without a look at the rest of the archive."""

from typing import Any

from recordings.video.idle import as_rows, of_rows
from recordings.video.models import Recording
from recordings.video.plan import Hole, Timeline, Visit

# What is visited after so many belongs to the last of them.
MOST_VISITS = 5_000


def as_document(timeline: Timeline) -> dict[str, Any]:
    """As `Recording.plan`; the skips have a field of their own."""
    return {
        "duration_ms": timeline.duration_ms,
        "first_page_ms": timeline.first_page_ms,
        "visits": [[v.page, v.kind, v.url, v.title, v.starts_ms] for v in timeline.visits[:MOST_VISITS]],
        "holes": [[hole.kind, hole.starts_ms, hole.ends_ms] for hole in timeline.holes],
        "viewports": timeline.viewports,
    }


def rows_of(timeline: Timeline) -> list[dict[str, int]]:
    """As `Recording.skips`."""
    return as_rows(timeline.skips)


def timeline_of(recording: Recording) -> Timeline:
    document = recording.plan
    return Timeline(
        duration_ms=document["duration_ms"],
        first_page_ms=document["first_page_ms"],
        visits=[Visit(*visit) for visit in document["visits"]],
        holes=[Hole(*hole) for hole in document["holes"]],
        viewports=[(width, height, dpr) for width, height, dpr in document["viewports"]],
        skips=list(of_rows(recording.skips).skips),
    )
