"""`/tickets/`: list, read, open, change, answer."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Ticket
from tests import factories
from tests.api.caller import Caller
from tests.api.test_problems import expect_problem


def test_ticket_opens_with_contact_and_message(call: Caller, tenant: Tenant) -> None:
    new = {"subject": "Printer", "contact": {"email": "Ada@contacts.example", "name": "Ada"}, "body": "It burns"}
    first, second = call("POST", "/tickets/", new), call("POST", "/tickets/", new)
    assert first.status_code == 201, first.content
    assert [first.json()["number"], second.json()["number"]] == [1, 2]
    assert first.json()["contact"] == second.json()["contact"]
    assert first.json()["contact"]["email"] == "ada@contacts.example"
    messages = call("GET", f"/tickets/{first.json()['id']}/messages/").json()
    assert [(m["body"], m["is_internal"], m["author"]) for m in messages] == [("It burns", False, None)]


def test_ticket_changes(call: Caller, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ticket, queue, agent = factories.ticket(), factories.queue(), factories.member()
    changes = {"status": "pending", "priority": "high", "queue": str(queue.pk), "assignee": str(agent.pk)}
    answer = call("PATCH", f"/tickets/{ticket.pk}/", changes)
    assert answer.status_code == 200, answer.content
    assert {name: answer.json()[name] for name in changes} == changes


def test_ticket_refuses_people_and_queues_of_others(call: Caller, tenant: Tenant) -> None:
    other = factories.tenant()
    with tenant_scope(other.id):
        stranger, queue = factories.member(), factories.queue()
    with tenant_scope(tenant.id):
        ticket = factories.ticket()
    for changes in ({"assignee": str(stranger.pk)}, {"queue": str(queue.pk)}):
        body = expect_problem(call("PATCH", f"/tickets/{ticket.pk}/", changes), status=400, code="invalid")
        assert body["errors"][0]["code"] == "does_not_exist"


def test_ticket_of_another_tenant_is_not_found(call: Caller) -> None:
    other = factories.tenant()
    with tenant_scope(other.id):
        ticket = factories.ticket()
    for method, path in (("GET", ""), ("PATCH", ""), ("GET", "messages/"), ("POST", "messages/")):
        answer = call(method, f"/tickets/{ticket.pk}/{path}", {"body": "x"} if method == "POST" else None)
        expect_problem(answer, status=404, code="not_found")


def test_message_by_token_is_mailed_unless_internal(call: Caller, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ticket = factories.ticket()
    path = f"/tickets/{ticket.pk}/messages/"
    assert call("POST", path, {"body": "For us", "is_internal": True}).status_code == 201
    assert call("POST", path, {"body": "For you"}).status_code == 201
    with tenant_scope(tenant.id):
        assert [mail.body for mail in OutgoingMail.objects.all()] == ["For you"]
    expect_problem(call("POST", path, {"body": " "}), status=400, code="invalid")


def test_tickets_filter_and_search(call: Caller, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ada = factories.contact(name="Ada", email="ada@contacts.example")
        wanted = factories.ticket(subject="Printer burns", contact=ada, status="solved")
        factories.ticket(subject="Nothing works")
    for query in ("status=solved", "search=burns", "search=ada", f"search=%23{wanted.number}", "search=print+ada"):
        results = call("GET", f"/tickets/?{query}").json()["results"]
        assert [ticket["id"] for ticket in results] == [str(wanted.pk)], query


@pytest.mark.parametrize("count", [1, 3])
def test_tickets_list_takes_the_same_queries(call: Caller, tenant: Tenant, count: int) -> None:
    with tenant_scope(tenant.id):
        for _ in range(count):
            factories.ticket()
    call("GET", "/tickets/")
    with CaptureQueriesContext(connection) as queries:
        assert len(call("GET", "/tickets/").json()["results"]) == count
    assert len([q for q in queries if "tickets_" in q["sql"]]) == 1


def test_tickets_list_goes_on_by_cursor(call: Caller, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        numbers = [factories.ticket().number for _ in range(3)]
    first = call("GET", "/tickets/?page_size=2").json()
    second = call("GET", first["next"].partition("/api/v1")[2]).json()
    assert [t["number"] for t in first["results"] + second["results"]] == sorted(numbers, reverse=True)
    assert second["next"] is None


def test_failed_call_writes_nothing(call: Caller, tenant: Tenant) -> None:
    bad = {"subject": "Printer", "contact": {"email": "ada@contacts.example"}, "priority": "huge"}
    expect_problem(call("POST", "/tickets/", bad), status=400, code="invalid")
    with tenant_scope(tenant.id):
        assert not Ticket.objects.exists()


def test_reader_may_not_write(caller_with: Callable[..., Caller]) -> None:
    expect_problem(caller_with("tickets:read")("POST", "/tickets/", {}), status=403, code="missing_scope")
