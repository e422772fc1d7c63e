"""A ticket's page."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assist.channel.quality import BUCKETS
from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Message, Ticket
from tests import factories


@pytest.fixture
def ticket(tenant: Tenant) -> Ticket:
    with tenant_scope(tenant.id):
        return factories.ticket(number=12, subject="Printer burns")


def test_ticket_shows_messages_and_notes_apart(agent: Client, tenant: Tenant, ticket: Ticket) -> None:
    with tenant_scope(tenant.id):
        factories.message(ticket=ticket, body="From the contact")
        factories.message(ticket=ticket, body="For us only", is_internal=True, author=agent.person)  # type: ignore[attr-defined]
    page = agent.get("/desk/tickets/12/").content.decode()
    assert page.index("From the contact") < page.index("For us only")
    assert page.count('data-internal="true"') == page.count('data-internal="false"') == 1


def test_ticket_escapes_what_people_write(agent: Client, tenant: Tenant, ticket: Ticket) -> None:
    with tenant_scope(tenant.id):
        factories.message(ticket=ticket, body="<script>alert(1)</script>")
    page = agent.get("/desk/tickets/12/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_reply_is_mailed_and_note_is_not(agent: Client, tenant: Tenant, ticket: Ticket) -> None:
    agent.post("/desk/tickets/12/messages/", {"body": "For the team", "is_internal": "on"})
    answer = agent.post("/desk/tickets/12/messages/", {"body": "For the contact"})
    assert answer.headers["Location"] == "/desk/tickets/12/"
    with tenant_scope(tenant.id):
        assert [(m.body, m.is_internal) for m in Message.objects.order_by("created_at")] == [
            ("For the team", True),
            ("For the contact", False),
        ]
        assert [(m.to, m.subject, m.body) for m in OutgoingMail.objects.all()] == [
            (ticket.contact.email, "[#12] Printer burns", "For the contact")
        ]


def test_empty_reply_is_refused(agent: Client, tenant: Tenant, ticket: Ticket) -> None:
    assert agent.post("/desk/tickets/12/messages/", {"body": "  "}).status_code == 400
    with tenant_scope(tenant.id):
        assert not Message.objects.exists()


def test_ticket_changes(agent: Client, tenant: Tenant, ticket: Ticket) -> None:
    with tenant_scope(tenant.id):
        queue = factories.queue()
    changes = {"status": "solved", "priority": "low", "queue": str(queue.pk), "assignee": str(agent.person.pk)}  # type: ignore[attr-defined]
    assert agent.post("/desk/tickets/12/change/", changes).status_code == 302
    with tenant_scope(tenant.id):
        changed = Ticket.objects.get()
        values = (changed.status, changed.priority, changed.queue_id, changed.assignee_id)
        assert values == ("solved", "low", queue.pk, agent.person.pk)  # type: ignore[attr-defined]


def test_ticket_refuses_strangers_and_foreign_queues(agent: Client, ticket: Ticket) -> None:
    with tenant_scope(factories.tenant().id):
        queue, stranger = factories.queue(), factories.member()
    good = {"status": "open", "priority": "low", "queue": str(ticket.queue_id), "assignee": ""}
    for wrong in ({"queue": str(queue.pk)}, {"assignee": str(stranger.pk)}):
        assert agent.post("/desk/tickets/12/change/", good | wrong).status_code == 400


def test_ticket_of_another_tenant_is_not_there(agent: Client) -> None:
    with tenant_scope(factories.tenant().id):
        factories.ticket(number=99)
    assert agent.get("/desk/tickets/99/").status_code == 404
    assert agent.post("/desk/tickets/99/messages/", {"body": "x"}).status_code == 404
    assert agent.post("/desk/tickets/99/change/", {"status": "solved"}).status_code == 404


def test_forms_want_their_csrf_token(browser_of: Callable[..., Client], ticket: Ticket) -> None:
    browser = browser_of("agent", csrf=True)
    assert browser.post("/desk/tickets/12/messages/", {"body": "x"}).status_code == 403


def test_ticket_shows_its_assistance(browser_of: Callable[[str], Client], tenant: Tenant, ticket: Ticket) -> None:
    with tenant_scope(tenant.id):
        request = factories.assist_request(ticket=ticket, page_title="Orders")
        recording = factories.recording(session=factories.assist_session(request=request, state="live"))
    for role, shown in (("agent", False), ("manager", True)):
        page = browser_of(role).get("/desk/tickets/12/").content.decode()
        assert "Orders" in page
        assert f"/desk/assist/{recording.session_id}/" in page
        assert (f"/desk/recordings/{recording.pk}/" in page) is shown


def test_ticket_keeps_how_its_sessions_went(agent: Client, tenant: Tenant, ticket: Ticket) -> None:
    with tenant_scope(tenant.id):
        session = factories.assist_session(request=factories.assist_request(ticket=ticket), frames_missing=3)
        factories.session_quality(session=session, latency_counts=[10, *[0] * (BUCKETS - 1)])
    page = agent.get("/desk/tickets/12/").content.decode()
    assert "Latency p50 5 ms, p95 10 ms · missing frames 3" in page


def test_ticket_takes_the_same_queries_for_one_and_three(agent: Client, tenant: Tenant, ticket: Ticket) -> None:
    counts = []
    for more in (1, 2):
        with tenant_scope(tenant.id):
            for _ in range(more):
                factories.message(ticket=ticket, author=agent.person)  # type: ignore[attr-defined]
                request = factories.assist_request(ticket=ticket)
                session = factories.assist_session(request=request)
                factories.recording(session=session)
                factories.session_quality(session=session)
        agent.get("/desk/tickets/12/")
        with CaptureQueriesContext(connection) as queries:
            assert agent.get("/desk/tickets/12/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_new_ticket_is_opened_for_its_contact(agent: Client, tenant: Tenant) -> None:
    assert agent.get("/desk/tickets/new/").status_code == 200
    fields = {
        "subject": "Called us",
        "name": "Ada",
        "email": "ada@contacts.example",
        "body": "Hello",
        "priority": "high",
    }
    answer = agent.post("/desk/tickets/new/", fields)
    assert answer.headers["Location"] == "/desk/tickets/1/"
    with tenant_scope(tenant.id):
        ticket = Ticket.objects.get()
        assert (ticket.contact.email, ticket.priority, ticket.assignee) == (
            "ada@contacts.example",
            "high",
            agent.person,
        )  # type: ignore[attr-defined]
        assert not OutgoingMail.objects.exists()
