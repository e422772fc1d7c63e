"""What is read from an archive's frame headers: visits, sizes, holes, cuts and chapters."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame
from recordings.video.cards import cards_of
from recordings.video.models import Recording
from recordings.video.plan import Canvas, Entry, Hole, Timeline, Visit, read_timeline, server_times
from recordings.video.planned import MOST_VISITS, as_document, rows_of, timeline_of

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
START_MS = STARTED.timestamp() * 1000
PAGE = 1 << 16 | 1


class Journal:
    """Frames of tab 1 in order, on the server's clock."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._seqs = count(1)

    def add(
        self,
        frame_kind: FrameKind,
        at_ms: float,
        *,
        page: int = PAGE,
        skip: int = 0,
        flags: int = 0,
        **payload: Any,
    ) -> "Journal":
        for _ in range(skip):
            next(self._seqs)
        data = json.dumps(payload).encode()
        frame = Frame(frame_kind, flags, page, next(self._seqs), START_MS + at_ms, data)
        self.entries.append(Entry(frame.time, encode_frame(frame), frame.time))
        return self

    def enter(self, at_ms: float, *, title: str = "Page", page: int = PAGE, **viewport: Any) -> "Journal":
        size = {"width": 1280, "height": 720, "dpr": 1, **viewport}
        return self.add(FrameKind.PAGE_ENTER, at_ms, page=page, kind="html", url="/x", title=title, viewport=size)

    def timeline(self, seconds: float) -> Timeline:
        return read_timeline(self.entries, started_at=STARTED, ended_at=STARTED + timedelta(seconds=seconds))


def test_frames_are_put_on_the_clock_of_the_server() -> None:
    hello = json.dumps({"tab": 1, "offset_ms": 2500.0}).encode()
    frames = [
        (10_000.0, encode_frame(Frame(FrameKind.TAB_HELLO, 0, PAGE, 0, 10_000.0, hello))),
        (11_000.0, encode_frame(Frame(FrameKind.SNAPSHOT, 0, PAGE, 1, 8_000.0, b""))),
        (12_000.0, b"no frame"),
        (13_000.0, encode_frame(Frame(FrameKind.SESSION_END, 0, 0, 0, 1.0, b"{}"))),
    ]
    found = [(entry.at_ms, entry.received_ms) for entry in server_times(frames)]
    assert found == [(10_000.0, 10_000.0), (10_500.0, 11_000.0), (13_000.0, 13_000.0)]


@pytest.mark.parametrize(("first_page_ms", "opening_ms"), [(100, 0), (1499, 0), (1500, 1500), (None, 4000)])
def test_first_page_is_there_from_the_start_unless_a_card_can_be_read(
    first_page_ms: int | None, opening_ms: int
) -> None:
    journal = Journal()
    if first_page_ms is not None:
        journal.enter(first_page_ms).add(FrameKind.SNAPSHOT, first_page_ms)
    timeline = journal.timeline(4)
    cards = [card for card in cards_of(timeline, language="en") if card.starts_ms == 0]
    assert [card.ends_ms for card in cards] == [opening_ms] * bool(opening_ms)


def test_visits_become_chapters() -> None:
    journal = Journal().enter(300, title="Home").enter(5000, title="Orders", page=PAGE + 1)
    timeline = journal.add(FrameKind.HISTORY, 9000, kind="html", url="/x", title="Home").timeline(12)
    spans = [(chapter["title"], chapter["starts_ms"], chapter["ends_ms"]) for chapter in timeline.chapters()]
    assert spans == [("Home", 0, 5000), ("Orders", 5000, 9000), ("Home", 9000, 12_000)]


def test_video_follows_the_tab_in_front() -> None:
    one, two = PAGE, 2 << 16 | 1
    journal = Journal().enter(0, title="One", page=one)
    entered = {"kind": "html", "url": "/two", "title": "Two"}
    journal.add(FrameKind.PAGE_ENTER, 1000, page=two, flags=FrameFlag.BACKGROUND, **entered)
    journal.add(FrameKind.VISIBILITY, 4000, page=one, flags=FrameFlag.BACKGROUND)
    journal.add(FrameKind.VISIBILITY, 4000, page=two, flags=FrameFlag.FRONT)
    journal.add(FrameKind.OPERATIONS, 6000, page=two, flags=FrameFlag.FRONT)
    journal.add(FrameKind.VISIBILITY, 3000, page=one, flags=FrameFlag.FRONT)  # comes late
    journal.add(FrameKind.OPERATIONS, 9000, page=one, flags=FrameFlag.FRONT)
    chapters = journal.timeline(20).chapters()
    assert [(c["title"], c["starts_ms"], c["ends_ms"]) for c in chapters] == [
        ("One", 0, 4000),
        ("Two", 4000, 9000),
        ("One", 9000, 20_000),
    ]


def test_lost_frames_leave_a_named_hole() -> None:
    journal = Journal().enter(0).add(FrameKind.OPERATIONS, 4000).add(FrameKind.OPERATIONS, 9000, skip=3)
    assert journal.timeline(20).holes == [Hole("gap", 4000, 9000)]


def test_frames_given_up_by_the_visitor_leave_a_hole() -> None:
    journal = Journal().enter(0).add(FrameKind.GAP, 1000, from_seq=2, to_seq=4, reason="memory")
    assert journal.timeline(20).holes == [Hole("gap", 0, 1500)]


def test_frames_that_come_twice_leave_none() -> None:
    journal = Journal().enter(0).add(FrameKind.OPERATIONS, 4000)
    journal.entries.append(journal.entries[0])
    assert journal.timeline(20).holes == []


@pytest.mark.parametrize(("resumes_at", "ends_ms"), [(7000, 7000), (None, 20_000)])
def test_pause_is_a_hole_until_the_visitor_goes_on(resumes_at: int | None, ends_ms: int) -> None:
    journal = Journal().enter(0).add(FrameKind.PAUSE, 4000)
    if resumes_at:
        journal.add(FrameKind.RESUME, resumes_at)
    assert journal.timeline(20).holes == [Hole("paused", 4000, ends_ms)]


@pytest.mark.parametrize(
    ("viewport", "canvas"),
    [
        ({}, Canvas(1280, 720, 1.0)),
        ({"width": 1281, "height": 719}, Canvas(1282, 720, 1.0)),
        ({"dpr": 2}, Canvas(1920, 1080, 1.5)),
        ({"width": 390, "height": 540, "dpr": 3}, Canvas(780, 1080, 2.0)),
        ({"width": 3840, "height": 2160}, Canvas(1920, 1080, 0.5)),
        ({"width": float("inf")}, Canvas(200, 200, 1.0)),
        ({"width": 1e11, "height": 1e11}, Canvas(200, 200, 1.0)),
        ({"dpr": float("nan")}, Canvas(200, 200, 1.0)),
    ],
)
def test_canvas_holds_the_largest_viewport_within_its_limit(viewport: dict[str, Any], canvas: Canvas) -> None:
    journal = Journal().enter(0, width=200, height=200, dpr=1).enter(100, **viewport)
    assert journal.timeline(1).canvas() == canvas


def test_short_session_is_one_segment() -> None:
    assert Timeline(duration_ms=900).cuts() == [(0, 900)]


def test_times_outside_the_session_are_kept_within() -> None:
    timeline = Journal().enter(-500).enter(90_000, page=PAGE + 1).timeline(10)
    assert [visit.starts_ms for visit in timeline.visits] == [0, 10_000]


def test_words_of_a_page_are_cut_and_fit_the_database() -> None:
    journal = Journal().add(FrameKind.PAGE_ENTER, 0, kind="html", url="u" * 9_000, title="\0\ud800" + "t" * 9_000)
    [visit] = journal.timeline(10).visits
    assert (len(visit.url), len(visit.title), visit.title[:2]) == (2_000, 300, "?t")


def test_visits_beyond_the_limit_belong_to_the_last_one() -> None:
    visits = [Visit(number, "html", "/x", "", number) for number in range(MOST_VISITS + 5)]
    timeline = Timeline(duration_ms=10_000, visits=visits)
    kept = timeline_of(Recording(tenant_id=uuid4(), plan=as_document(timeline), skips=rows_of(timeline)))
    assert len(kept.visits) == MOST_VISITS
    assert kept.chapters()[-1]["ends_ms"] == 10_000
