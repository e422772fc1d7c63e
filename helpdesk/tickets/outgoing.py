"""A ticket's public messages as e-mail: one thread a ticket."""

from typing import Any

from django.dispatch import receiver

from helpdesk.mail.actions import mail_sent, queue_mail
from helpdesk.mail.domain import mail_domain
from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import references_of


def mail_message(message: Message, *, ticket: Ticket) -> None:
    """Queue `message` for the ticket's contact; replies of mail programs then thread by References."""
    earlier = references_of(ticket)
    message.message_id = f"<message.{message.pk}@{mail_domain()}>"
    message.save(update_fields=["message_id"])
    headers = {"Message-ID": message.message_id, **_thread_headers(ticket, earlier=earlier)}
    queue_mail(
        tenant_id=current_tenant_id(),
        to=ticket.contact.email,
        subject=f"[#{ticket.number}] {ticket.subject}",
        body=message.body,
        headers=headers,
    )


def _thread_headers(ticket: Ticket, *, earlier: list[str]) -> dict[str, str]:
    root = f"<ticket.{ticket.pk}@{mail_domain()}>"
    return {"In-Reply-To": earlier[-1] if earlier else root, "References": " ".join([root, *earlier[-20:]])}


@receiver(mail_sent, dispatch_uid="ticket_message_sent")
def note_sent_message(*, mail: OutgoingMail, **kwargs: Any) -> None:
    Message.objects.filter(message_id=mail.headers["Message-ID"]).update(sent_at=mail.sent_at)
