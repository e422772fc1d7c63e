"""A visitor is asked for a snapshot of a page once in a while, and which pages were asked for is not kept for ever."""

from assist.channel.asked import MOST, Asked

PER_SECOND = 500
SECONDS = 5.0


def test_page_is_asked_for_once_in_a_while() -> None:
    asked = Asked(SECONDS)
    due = [asked.is_due(page, now=now) for now, page in [(0, 1), (0, 2), (4.9, 1), (5, 1), (5, 2), (6, 1)]]
    assert due == [True, True, False, True, True, False]


def test_visitor_who_names_one_page_after_the_other_is_asked_for_a_few() -> None:
    """All 65,535 of a tab, as fast as frames are taken."""
    asked, due, most = Asked(SECONDS), 0, 0
    for page in range(1, 65_536):
        due += asked.is_due(page, now=page / PER_SECOND)
        most = max(most, len(asked))
    assert most == MOST
    assert due <= MOST * (65_536 / PER_SECOND / SECONDS + 1)
