"""Every write about tickets, in the scope of the current tenant."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from helpdesk.accounts.models import Membership, User
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.events import publish
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Contact, Message, Priority, Queue, Status, Ticket
from helpdesk.tickets.outgoing import mail_message
from helpdesk.tickets.queries import changed_fields, default_queue

CHANGEABLE = ("subject", "status", "priority", "queue", "assignee")


class NotAMember(ValueError):
    """Tickets are assigned to people of the tenant only."""


class EmptyMessage(ValueError):
    """A message says something."""


def find_or_create_contact(*, email: str = "", name: str = "", external_id: str = "") -> Contact:
    """The contact with this address, whose name is filled in if it was unknown; without an address, a new one."""
    email = email.strip().lower()
    if not email:
        return Contact.objects.create(name=name, external_id=external_id)
    contact, _created = Contact.objects.get_or_create(email=email, defaults={"name": name, "external_id": external_id})
    if name and not contact.name:
        contact.name = name
        contact.save(update_fields=["name"])
    return contact


def save_contact(contact: Contact) -> Contact:
    """Keep a contact whose address is nobody else's."""
    contact.email = contact.email.strip().lower()
    contact.save()
    return contact


def save_queue(queue: Queue) -> Queue:
    """Keep a queue; a new default takes the place of the old one."""
    queue.save()
    if queue.is_default:
        Queue.objects.exclude(pk=queue.pk).update(is_default=False)
    return queue


def open_ticket(
    subject: str,
    *,
    contact: Contact,
    body: str = "",
    author: User | None = None,
    queue: Queue | None = None,
    priority: str = Priority.NORMAL,
    assignee: User | None = None,
) -> Ticket:
    """A new ticket under the tenant's next number, with its first public message if `body` says something.

    Numbers have no gaps: the counter is taken in the same transaction, and the next caller waits for its end.
    """
    _require_member(assignee)
    ticket = Ticket.objects.create(
        number=_next_number(),
        subject=" ".join(subject.split())[:300],
        contact=contact,
        queue=queue or _require_default_queue(),
        priority=priority,
        assignee=assignee,
    )
    if body.strip():
        add_message(ticket, body=body, author=author)
    _announce(ticket, kind="ticket.created")
    return ticket


def _next_number() -> int:
    tenant = Tenant.objects.filter(pk=current_tenant_id())
    tenant.update(ticket_counter=F("ticket_counter") + 1)
    return tenant.values_list("ticket_counter", flat=True).get()


def _require_default_queue() -> Queue:
    queue = default_queue()
    if queue is not None:
        return queue
    try:
        with transaction.atomic():
            return Queue.objects.create(name="Support", is_default=True)
    except IntegrityError:
        return Queue.objects.get(name="Support")


def join_ticket(ticket: Ticket, *, body: str = "") -> Ticket:
    """The contact comes back to a ticket: it is open again, and `body`, if any, is a public message of the contact."""
    if body.strip():
        add_message(ticket, body=body)
    return change_ticket(ticket, changes={"status": Status.OPEN})


def add_message(ticket: Ticket, *, body: str, author: User | None = None, is_internal: bool = False) -> Message:
    """`author` None is the contact. What an agent says publicly is mailed to the contact, an internal note never is.

    Raises `EmptyMessage`.
    """
    if not body.strip():
        raise EmptyMessage
    message = Message.objects.create(ticket=ticket, author=author, is_internal=is_internal, body=body.strip())
    if author is not None and not is_internal and ticket.contact.email:
        mail_message(message, ticket=ticket)
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=timezone.now())
    _announce(ticket, kind="ticket.changed")
    return message


def change_ticket(ticket: Ticket, *, changes: Mapping[str, Any]) -> Ticket:
    """Set some of `CHANGEABLE`; raises `NotAMember` for an assignee from elsewhere."""
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"not changeable: {sorted(unknown)}")
    different = changed_fields(ticket, wanted=changes)
    if not different:
        return ticket
    _require_member(different.get("assignee"))
    for name, value in different.items():
        setattr(ticket, name, value)
    ticket.save(update_fields=[*different, "updated_at"])
    _announce(ticket, kind="ticket.changed")
    return ticket


def _require_member(person: Any) -> None:
    if person is not None and not Membership.objects.filter(user_id=person.pk).exists():
        raise NotAMember


def _announce(ticket: Ticket, *, kind: str) -> None:
    publish(current_tenant_id(), "desk", kind=kind, payload={"id": str(ticket.pk), "number": ticket.number})
