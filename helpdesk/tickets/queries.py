"""Reads of tickets, their conversations and the people they are from."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from helpdesk.tickets.models import Contact, Message, Queue, Ticket


class TicketNotFound(LookupError):
    """No ticket of the current tenant has this reference."""


def default_queue() -> Queue | None:
    return Queue.objects.order_by("-is_default", "name").first()


def ticket_of_reference(reference: str) -> Ticket:
    """By id, or by number as people write it: `12`, `#12`. Raises `TicketNotFound`."""
    ticket = _find(reference.strip().removeprefix("#"))
    if ticket is None:
        raise TicketNotFound(reference)
    return ticket


def _find(text: str) -> Ticket | None:
    if text.isascii() and text.isdigit() and len(text) < 19:
        return Ticket.objects.filter(number=int(text)).first()
    try:
        return Ticket.objects.filter(id=UUID(text)).first()
    except ValueError:
        return None


def search(tickets: QuerySet[Ticket], *, text: str) -> QuerySet[Ticket]:
    """Those whose number, subject or contact fits every word of `text`."""
    for word in text.split():
        tickets = tickets.filter(_fits(word))
    return tickets


def _fits(word: str) -> Q:
    number = word.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        return Q(number=int(number)) | Q(subject__icontains=word)
    contacts = Contact.objects.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return Q(subject__icontains=word) | Q(contact__in=contacts)


def conversation(ticket: Ticket) -> QuerySet[Message]:
    """Public messages and internal notes in the order they were written, with their authors."""
    return Message.objects.filter(ticket=ticket).select_related("author").order_by("created_at", "id")


def references_of(ticket: Ticket) -> list[str]:
    """Message-IDs of the ticket's earlier public messages, oldest first."""
    sent = Message.objects.filter(ticket=ticket, is_internal=False).exclude(message_id="")
    return list(sent.order_by("created_at").values_list("message_id", flat=True))


def changed_fields(ticket: Ticket, *, wanted: Mapping[str, object]) -> dict[str, object]:
    """Of `wanted` (field: value), what differs from the ticket as it is."""
    return {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
