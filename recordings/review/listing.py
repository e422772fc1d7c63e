"""The list of recordings, by pages that cost the same however far one has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Avg, Count, OuterRef, QuerySet, Subquery

from helpdesk.keyset import KeysetPage, cursor_of, newest_first, read_cursor
from recordings.review.filters import RecordingFilterForm
from recordings.review.models import RecordingNote, Score
from recordings.review.queries import Reviewer, visible_recordings
from recordings.search.queries import Hit, Moment, find_by_words, moments_of
from recordings.video.models import Recording

PAGE_ROWS = 30
# Of what has the words, so much is compared with the other filters for one page; the next page goes on from there.
HITS_AT_ONCE = 200
HITS_MAX = 4000


@dataclass(frozen=True)
class RecordingPage:
    """`moments` says where in a recording the words are; `next_cursor` is empty on the last page."""

    rows: list[Recording]
    next_cursor: str
    moments: Mapping[UUID, Moment] = field(default_factory=dict)


def recording_page(reviewer: Reviewer, *, form: RecordingFilterForm, cursor: str = "") -> RecordingPage:
    """What the valid `form` asks for; `cursor` is the `next_cursor` of the page before. Raises `BadCursor`."""
    rows = _told(form.filtered(visible_recordings(reviewer)))
    if not form.tsquery:
        page = newest_first(rows, by="created_at", cursor=cursor, size=PAGE_ROWS)
        return RecordingPage(page.rows, page.next_cursor)
    page = _page_by_words(rows, query=form.tsquery, cursor=cursor)
    return RecordingPage(page.rows, page.next_cursor, _moments(form, page.rows))


def _told(rows: QuerySet[Recording]) -> QuerySet[Recording]:
    """With `score`, the mean percent, and `note_count`."""
    scores = Score.objects.filter(recording=OuterRef("pk")).order_by().values("recording")
    notes = RecordingNote.objects.filter(recording=OuterRef("pk")).order_by().values("recording")
    return rows.annotate(
        score=Subquery(scores.annotate(mean=Avg("percent")).values("mean")),
        note_count=Subquery(notes.annotate(count=Count("pk")).values("count")),
    )


def _moments(form: RecordingFilterForm, rows: list[Recording]) -> dict[UUID, Moment]:
    words = f"{form.words} {form.cleaned_data['url']}"
    return moments_of([row.pk for row in rows], words=words) if rows else {}


def _page_by_words(rows: QuerySet[Recording], *, query: str, cursor: str) -> KeysetPage[Recording]:
    before: tuple[datetime, UUID] | None = read_cursor(cursor) if cursor else None
    found: list[Recording] = []
    # Few are enough, unless the other filters leave little of them; then all of the rest are asked for at once.
    for most in (HITS_AT_ONCE, HITS_MAX - HITS_AT_ONCE):
        all_hits = find_by_words(query, before=before, most=most)
        for at in range(0, most, HITS_AT_ONCE):
            hits = all_hits[at : at + HITS_AT_ONCE]
            found += _in_order(rows, hits)
            if len(found) > PAGE_ROWS:
                return KeysetPage(found[:PAGE_ROWS], cursor_of(found[PAGE_ROWS - 1], "created_at"))
            if len(hits) < HITS_AT_ONCE:
                return KeysetPage(found, "")
            before = (hits[-1].recorded_at, hits[-1].recording_id)
    return KeysetPage(found, f"{before[0].isoformat()}_{before[1]}" if before else "")


def _in_order(rows: QuerySet[Recording], hits: list[Hit]) -> list[Recording]:
    by_id = rows.in_bulk([hit.recording_id for hit in hits])
    return [by_id[hit.recording_id] for hit in hits if hit.recording_id in by_id]
