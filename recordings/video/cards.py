"""What the video says where there is nothing to show; in the tenant's language."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from recordings.video.plan import Hole, Timeline
from recordings.video.stretch import Card
from recordings.video.words import clock


def cards_of(timeline: Timeline, *, language: str) -> list[Card]:
    """The opening card until the first page is there, and one for each hole."""
    with override(language):
        return [*_opening(timeline), *(_hole_card(hole) for hole in timeline.holes)]


def failure_card(*, starts_ms: int, ends_ms: int, language: str) -> Card:
    """Stands for a stretch that could not be rendered."""
    with override(language):
        text = _("From %(start)s to %(end)s. The archive still holds this part; the replay may show it.")
        span = {"start": clock(starts_ms), "end": clock(ends_ms)}
        return Card(starts_ms, ends_ms, _("This part could not be rendered"), text % span)


def covering(cards: Sequence[Card], *, starts_ms: int, ends_ms: int) -> list[Card]:
    """The cards that show in [starts_ms, ends_ms)."""
    return [card for card in cards if card.starts_ms < ends_ms and card.ends_ms > starts_ms]


def _opening(timeline: Timeline) -> list[Card]:
    if timeline.first_page_ms is None:
        return [Card(0, timeline.duration_ms, _("Nothing was captured in this session"))]
    if not timeline.opening_ms:
        return []
    return [Card(0, timeline.opening_ms, _("The session begins"), _("Waiting for the first page."))]


def _hole_card(hole: Hole) -> Card:
    span = {"start": clock(hole.starts_ms), "end": clock(hole.ends_ms)}
    if hole.kind == "paused":
        text = _("From %(start)s to %(end)s nothing was captured.")
        return Card(hole.starts_ms, hole.ends_ms, _("The visitor paused the session"), text % span)
    text = _("What happened from %(start)s to %(end)s never arrived.")
    return Card(hole.starts_ms, hole.ends_ms, _("Part of the session is missing"), text % span)
