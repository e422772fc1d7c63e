"""Opening, answering and changing tickets."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.actions import (
    EmptyMessage,
    NotAMember,
    add_message,
    change_ticket,
    find_or_create_contact,
    join_ticket,
    open_ticket,
)
from helpdesk.tickets.models import Contact, Message, Queue, Status, Ticket
from helpdesk.tickets.queries import TicketNotFound, ticket_of_reference
from tests import factories


def test_numbers_have_no_gaps_when_many_open_tickets_at_once(tenant: Tenant) -> None:
    def open_some(worker: int) -> None:
        try:
            for number in range(10):
                with tenant_scope(tenant.id):
                    contact = find_or_create_contact(email="ada@contacts.example")
                    open_ticket(f"{worker}.{number}", contact=contact)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_some, range(4)))
    with tenant_scope(tenant.id):
        assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 41))
        assert (Contact.objects.count(), Queue.objects.count()) == (1, 1)


def test_number_of_a_failed_ticket_goes_to_the_next(tenant: Tenant) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), tenant_scope(tenant.id):
        open_ticket("Lost", contact=factories.contact())
        raise RuntimeError("on purpose")
    with tenant_scope(tenant.id):
        assert open_ticket("Kept", contact=factories.contact()).number == 1


def test_each_tenant_counts_for_itself(tenant: Tenant) -> None:
    for each in (tenant, factories.tenant()):
        with tenant_scope(each.id):
            assert open_ticket("First", contact=factories.contact()).number == 1


def test_contact_is_found_by_address_in_any_case_and_named_once(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        first = find_or_create_contact(email=" Ada@Contacts.example ")
        again = find_or_create_contact(email="ada@contacts.example", name="Ada")
        later = find_or_create_contact(email="ada@contacts.example", name="Somebody else")
        assert first.pk == again.pk == later.pk
        assert (later.email, later.name) == ("ada@contacts.example", "Ada")


def test_contacts_without_address_stay_apart(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        assert find_or_create_contact(name="Ada").pk != find_or_create_contact(name="Ada").pk


def test_ticket_goes_to_the_default_queue(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        factories.queue(name="A")
        chosen = factories.queue(name="B", is_default=True)
        assert open_ticket("x", contact=factories.contact()).queue == chosen


def test_only_an_agents_public_message_is_mailed(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        agent, ticket = factories.member(), factories.ticket(number=12, subject="Printer")
        add_message(ticket, body="from the contact")
        add_message(ticket, body="for us", author=agent, is_internal=True)
        add_message(ticket, body="for you", author=agent)
        assert [(mail.to, mail.subject, mail.body) for mail in OutgoingMail.objects.all()] == [
            (ticket.contact.email, "[#12] Printer", "for you")
        ]


def test_message_to_a_contact_without_address_is_kept_only(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ticket = factories.ticket(contact=factories.contact(email=""))
        add_message(ticket, body="for you", author=factories.member())
        assert Message.objects.count() == 1
        assert not OutgoingMail.objects.exists()


def test_messages_of_a_ticket_are_one_thread(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        agent, ticket = factories.member(), factories.ticket()
        for body in ("first", "second"):
            add_message(ticket, body=body, author=agent)
        first, second = (mail.headers for mail in OutgoingMail.objects.order_by("created_at"))
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"].split() == [*first["References"].split(), first["Message-ID"]]
    assert first["Message-ID"] != second["Message-ID"]


def test_empty_message_is_refused(tenant: Tenant) -> None:
    with tenant_scope(tenant.id), pytest.raises(EmptyMessage):
        add_message(factories.ticket(), body=" \n")


def test_assignee_is_of_the_tenant(tenant: Tenant) -> None:
    with tenant_scope(factories.tenant().id):
        stranger = factories.member()
    with tenant_scope(tenant.id):
        ticket, member = factories.ticket(), factories.member()
        with pytest.raises(NotAMember):
            change_ticket(ticket, changes={"assignee": stranger})
        assert change_ticket(ticket, changes={"assignee": member}).assignee == member
        assert change_ticket(ticket, changes={"assignee": None}).assignee is None


def test_only_listed_fields_change(tenant: Tenant) -> None:
    with tenant_scope(tenant.id), pytest.raises(TypeError, match="number"):
        change_ticket(factories.ticket(), changes={"number": 1})


def test_contact_who_comes_back_opens_the_ticket_again(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ticket = factories.ticket(status=Status.SOLVED)
        join_ticket(ticket, body="Again")
        ticket.refresh_from_db()
        assert ticket.status == Status.OPEN
        assert [message.body for message in ticket.messages.all()] == ["Again"]


def test_ticket_is_found_by_number_and_id(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ticket = factories.ticket(number=7)
        for reference in ("7", "#7", str(ticket.pk)):
            assert ticket_of_reference(reference) == ticket
        for reference in ("8", "", "#", "x", "9" * 30, "²"):
            with pytest.raises(TicketNotFound):
                ticket_of_reference(reference)
