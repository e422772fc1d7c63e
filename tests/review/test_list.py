"""The list: each filter, words and where they are said, pages, saved views, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import Func, TextField, Value
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.accounts.models import Role
from helpdesk.tenants.context import tenant_scope
from recordings.review import listing
from recordings.review.models import SavedView
from recordings.search.actions import tenant_token
from recordings.search.models import SessionText
from recordings.search.tokens import address_tokens, tokens
from recordings.video.models import Recording
from tests import factories
from tests.desks import Desk, signed_in


def manager_of(desk: Desk) -> Client:
    with tenant_scope(desk.tenant.id):
        return signed_in(factories.member(Role.MANAGER))


def recording(*, text: str = "", at_ms: int = 0, url: str = "", made: Any = None, **values: Any) -> Recording:
    """In the current tenant, in which `text` was shown at `at_ms`."""
    ticket = factories.ticket(**{name: values.pop(name) for name in ("queue", "number") if name in values})
    request = factories.assist_request(ticket=ticket)
    session = factories.assist_session(request=request, agent=values.pop("agent", None))
    row = factories.recording(session=session, **values)
    if made:
        Recording.objects.filter(pk=row.pk).update(created_at=made)
        row.refresh_from_db()
    words = [tenant_token(row.tenant_id), *tokens(text), *address_tokens(url)]
    vector = Func(Value(words, ArrayField(TextField())), function="array_to_tsvector", output_field=SearchVectorField())
    SessionText.objects.create(recording=row, recorded_at=row.created_at, words=vector, moments=[[at_ms, text]])
    return row


def shown(client: Client, **filters: Any) -> list[Any]:
    return [row.pk for row in client.get("/desk/recordings/", filters).context["page"].rows]


def test_each_filter_finds_what_fits(desk: Desk) -> None:
    client, now = manager_of(desk), timezone.now()
    with tenant_scope(desk.tenant.id):
        queue = factories.queue()
        mine = recording(
            agent=desk.agent, queue=queue, number=4711, duration_ms=5 * 60_000, text="申请退款订单 refund",
            url="https://shop.example/orders/7", made=now - timedelta(days=3),
        )  # fmt: skip
        recording(duration_ms=60_000, text="something else", url="https://other.example/")
        factories.score(recording=mine, percent=90)
        factories.score(recording=mine, percent=70)
    day = (now - timedelta(days=3)).date()
    fits: list[dict[str, Any]] = [
        {"agent": desk.agent.pk}, {"queue": queue.pk}, {"ticket": "#4711"}, {"ticket": "4711"},
        {"since": day, "until": day}, {"ticket": "4711", "since": "0001-01-01", "until": "9999-12-31"},
        {"min_minutes": 5, "max_minutes": 5}, {"min_score": 80, "max_score": 80},
        {"q": "refund"}, {"q": "退款"}, {"url": "shop.example/ord"}, {"q": "订单", "url": "shop", "min_score": 1},
    ]  # fmt: skip
    for filters in fits:
        assert shown(client, **filters) == [mine.pk], filters
    misses: list[dict[str, Any]] = [
        {"min_score": 81}, {"max_score": 79}, {"q": "zebra"}, {"q": "refund", "ticket": "1"}, {"url": "refund"},
        {"until": day - timedelta(days=1)}, {"min_minutes": 6},
    ]  # fmt: skip
    for filters in misses:
        assert shown(client, **filters) == [], filters


@pytest.mark.parametrize(
    "filters", [{"ticket": "x"}, {"agent": "x"}, {"min_minutes": "-1"}, {"since": "2026-02-02", "until": "2026-02-01"}]
)
def test_filter_that_makes_no_sense_shows_nothing_and_says_why(desk: Desk, filters: dict[str, str]) -> None:
    answer = manager_of(desk).get("/desk/recordings/", filters)
    assert answer.status_code == 400
    assert 'class="errorlist"' in answer.content.decode()


def test_hit_leads_to_the_moment(desk: Desk) -> None:
    client = manager_of(desk)
    with tenant_scope(desk.tenant.id):
        row = recording(text="Your refund is on its way", at_ms=61_500)
    page = client.get("/desk/recordings/", {"q": "refund"}).content.decode()
    assert f"/desk/recordings/{row.pk}/?t=61500" in page
    assert "1:01</time> Your refund" in page


def test_words_of_anothers_session_are_not_found_by_an_agent(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        own, _theirs = recording(agent=desk.agent, text="secret"), recording(text="secret")
    assert shown(desk.client, q="secret") == [own.pk]


def test_agents_do_not_learn_scores_by_filters(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        row = recording(agent=desk.agent)
        factories.score(recording=row, percent=20)
    assert shown(desk.client, min_score=80) == [row.pk]
    assert "min_score" not in desk.client.get("/desk/recordings/").content.decode()


def test_pages_by_words_go_on_where_the_last_one_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE_ROWS", 2)
    monkeypatch.setattr(listing, "HITS_AT_ONCE", 2)
    monkeypatch.setattr(listing, "HITS_MAX", 4)
    client = manager_of(desk)
    with tenant_scope(desk.tenant.id):
        rows = [recording(text="same", agent=desk.agent if at % 3 == 0 else None) for at in range(9)]
    wanted = [row.pk for row in rows[::-1]]

    def walk(**filters: Any) -> tuple[list[Any], int]:
        found, cursor, pages = [], "", 0
        while pages == 0 or cursor:
            page = client.get("/desk/recordings/", {**filters, "before": cursor}).context["page"]
            found, cursor, pages = found + [row.pk for row in page.rows], page.next_cursor, pages + 1
        return found, pages

    assert walk(q="same") == (wanted, 5)
    assert walk(q="same", agent=desk.agent.pk)[0] == wanted[2::3]
    assert walk()[0] == wanted
    with CaptureQueriesContext(connection) as queries:
        client.get("/desk/recordings/", {"q": "same", "agent": desk.agent.pk})
    assert sum("lookup_recordings_by_words" in query["sql"] for query in queries) == 2
    with CaptureQueriesContext(connection) as queries:
        client.get("/desk/recordings/", {"q": "same nothing"})
    assert sum("lookup_recordings_by_words" in query["sql"] for query in queries) == 1


def test_list_costs_the_same_for_many_rows_with_all_that_is_told_of_them(desk: Desk) -> None:
    client = manager_of(desk)

    def count(**filters: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/desk/recordings/", filters).status_code == 200
        return len(queries)

    def make() -> None:
        with tenant_scope(desk.tenant.id):
            row = recording(text="same", agent=desk.agent)
            factories.score(recording=row)
            factories.recording_note(recording=row)
            factories.saved_view(is_shared=True)

    make()
    plain, words = count(), count(q="same", min_score="1")
    make()
    make()
    assert (count(), count(q="same", min_score="1")) == (plain, words)


def test_saved_views_are_a_persons_own_or_shared_by_managers(desk: Desk) -> None:
    client = manager_of(desk)
    desk.client.post("/desk/recordings/views/", {"name": "Mine", "q": "refund", "is_shared": "on"})
    client.post("/desk/recordings/views/", {"name": "Ours", "min_score": "80", "is_shared": "on", "agent": ""})
    client.post("/desk/recordings/views/", {"name": "Own", "q": "x"})
    with tenant_scope(desk.tenant.id):
        kept = {view.name: view for view in SavedView.objects.all()}
    assert {name: (view.is_shared, view.filters) for name, view in kept.items()} == {
        "Mine": (False, {"q": "refund"}),
        "Ours": (True, {"min_score": "80"}),
        "Own": (False, {"q": "x"}),
    }

    def names(of: Client) -> list[str]:
        return [view.name for view, _query in of.get("/desk/recordings/").context["saved_views"]]

    assert (names(desk.client), names(client)) == (["Mine", "Ours"], ["Ours", "Own"])
    assert desk.client.post(f"/desk/recordings/views/{kept['Ours'].pk}/delete/").status_code == 404
    assert client.post(f"/desk/recordings/views/{kept['Mine'].pk}/delete/").status_code == 404
    assert client.post(f"/desk/recordings/views/{kept['Ours'].pk}/delete/").status_code == 302
    assert names(desk.client) == ["Mine"]


def test_saved_view_of_the_same_name_is_the_same_view_and_they_are_bounded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recordings.review.saved_views.VIEWS_MAX", 1)
    for name, words in (("A", "x"), ("A", "y"), ("B", "z"), ("", "z")):
        desk.client.post("/desk/recordings/views/", {"name": name, "q": words})
    with tenant_scope(desk.tenant.id):
        assert [(view.name, view.filters) for view in SavedView.objects.all()] == [("A", {"q": "y"})]
