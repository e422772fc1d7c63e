"""`/desk/`: the list of tickets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.desk.listing import CappedPaginator
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Ticket
from tests import factories


def subjects(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [ticket.subject for ticket in answer.context["cl"].result_list]


def test_inbox_asks_to_sign_in(db: None) -> None:
    answer = Client().get("/desk/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_inbox_shows_what_is_to_be_done_and_no_other_tenant(agent: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        for status in ("open", "pending", "solved", "closed"):
            factories.ticket(subject=status, status=status)
    with tenant_scope(factories.tenant().id):
        factories.ticket(subject="foreign secret")
    answer = agent.get("/desk/")
    assert sorted(subjects(answer)) == ["open", "pending"]
    assert "foreign secret" not in answer.content.decode()
    assert sorted(subjects(agent.get("/desk/?status=all"))) == ["closed", "open", "pending", "solved"]
    assert subjects(agent.get("/desk/?status=solved")) == ["solved"]


def test_inbox_filters_by_queue_priority_and_assignee(agent: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        queue = factories.queue()
        mine = factories.ticket(subject="mine", assignee=agent.person, queue=queue, priority="urgent")  # type: ignore[attr-defined]
        factories.ticket(subject="nobody's")
    for query in (f"queue={queue.pk}", "priority=urgent", "assignee=me"):
        assert subjects(agent.get(f"/desk/?{query}")) == [mine.subject], query
    assert subjects(agent.get("/desk/?assignee=nobody")) == ["nobody's"]


@pytest.mark.parametrize("query", ["printer", "#7", "7", "ada", "ada@contacts.example", "printer ada"])
def test_inbox_search_finds_by_number_subject_and_contact(agent: Client, tenant: Tenant, query: str) -> None:
    with tenant_scope(tenant.id):
        ada = factories.contact(name="Ada", email="ada@contacts.example")
        factories.ticket(number=7, subject="Printer", contact=ada, status="closed")
        factories.ticket(number=8, subject="Screen")
    assert subjects(agent.get("/desk/", {"q": query})) == ["Printer"]


@pytest.mark.parametrize("value", ["'", "%", "\\", "x" * 5000, "#99999999999999999999", "\u4e2d\u6587", "²"])
def test_inbox_search_survives_any_text(agent: Client, tenant: Tenant, value: str) -> None:
    with tenant_scope(tenant.id):
        factories.ticket(subject="Printer")
    assert subjects(agent.get("/desk/", {"q": value})) == []


def test_inbox_takes_the_same_queries_for_one_and_three(agent: Client, tenant: Tenant) -> None:
    counts = []
    for more in (1, 2):
        with tenant_scope(tenant.id):
            for _ in range(more):
                factories.ticket(assignee=agent.person)  # type: ignore[attr-defined]
        agent.get("/desk/")
        with CaptureQueriesContext(connection) as queries:
            assert agent.get("/desk/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_inbox_never_counts_all_rows(agent: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        factories.ticket()
    with CaptureQueriesContext(connection) as queries:
        agent.get("/desk/")
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"] and "tickets_ticket" in query["sql"]]
    assert counts
    assert all("LIMIT" in sql for sql in counts)


def test_paginator_counts_up_to_its_cap(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.desk.listing.COUNTED_MAX", 3)
    with tenant_scope(tenant.id):
        for expected, capped in ((1, False), (2, False), (3, True), (3, True)):
            factories.ticket()
            paginator = CappedPaginator(Ticket.objects.order_by("number"), 2)
            assert (paginator.count, paginator.is_capped) == (expected, capped)


def test_empty_inbox_says_what_to_do_next(agent: Client) -> None:
    page = agent.get("/desk/").content.decode()
    assert "Nothing to do" in page
    assert "/desk/tickets/new/" in page


def test_inbox_speaks_both_languages(agent: Client) -> None:
    chinese = agent.get("/desk/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert 'lang="zh-hans"' in chinese
    assert "收件箱" in chinese


def test_sidebar_shows_what_the_role_includes(browser_of: Callable[[str], Client]) -> None:
    seen = {}
    for role in ("agent", "manager", "admin"):
        page = browser_of(role).get("/desk/").content.decode()
        seen[role] = ["/desk/recordings/" in page, 'href="/desk/settings/"' in page]
    assert seen == {"agent": [False, False], "manager": [True, False], "admin": [True, True]}


@pytest.mark.parametrize("path", ["search/", "password_change/", "autocomplete/", "r/1/1/", "tickets/ticket/add/"])
def test_stock_pages_that_know_no_tenant_are_gone(agent: Client, path: str) -> None:
    assert agent.get(f"/desk/{path}").status_code == 404
