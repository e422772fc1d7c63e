"""The events of a part of a session, without reading more of its archive than that takes."""

from collections.abc import Iterator, Sequence
from typing import Any

from assist.channel.models import AssistSession
from recordings.archive import journal
from recordings.archive.clock import SLACK_MS
from recordings.archive.events import EventReader, began_ms
from recordings.archive.models import ArchiveSegment


def events_between(session: AssistSession, *, from_ms: int = 0, to_ms: int | None = None) -> Iterator[dict[str, Any]]:
    """As `recordings.archive.events.events`, those with `from_ms` <= `at_ms` < `to_ms`, by the session's time.

    What comes before is read all the same: a page's stream has to be read from its beginning. What comes after is not,
    from the first segment on behind which no tab has anything earlier to tell.
    """
    reader = EventReader(began_ms(session))

    def is_enough(last: ArchiveSegment, following: Sequence[ArchiveSegment]) -> bool:
        return to_ms is not None and _is_past(reader, to_ms, last, following)

    for entry in journal.read(session, is_enough=is_enough):
        for event in reader.read(entry):
            if event["at_ms"] >= from_ms and (to_ms is None or event["at_ms"] < to_ms):
                yield event


def _is_past(reader: EventReader, to_ms: int, last: ArchiveSegment, following: Sequence[ArchiveSegment]) -> bool:
    """Times of a tab go back by SLACK_MS at most, and a tab that is new begins when it is first heard of."""
    moment = reader.started_at_ms + to_ms + SLACK_MS
    if journal.arrived_ms(last) <= moment + SLACK_MS:
        return False
    known = (reader.clock.tab(int(tab)) for row in following for tab in row.tab_ranges)
    return all(tab is None or tab.latest > moment for tab in known)
