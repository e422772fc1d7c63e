"""Writing and sending mail."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import make_msgid
from functools import partial
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.dispatch import Signal

from helpdesk.mail.domain import mail_domain
from helpdesk.mail.models import OutgoingMail

# Sent with `mail` (OutgoingMail) in the tenant's scope once the mail server has taken the message.
mail_sent = Signal()

SUBJECT_MAX = 400


def queue_mail(
    *, tenant_id: UUID, to: str, subject: str, body: str, headers: Mapping[str, str] | None = None
) -> OutgoingMail:
    """Keep a plain-text message in the current transaction, and send it once that has committed.

    `headers` may give `Message-ID`, `In-Reply-To` and `References`; a Message-ID is made when it is missing, so that
    a message that had to be sent twice is one message to those who receive it. The tenant must be the current one.
    """
    subject = " ".join(subject.split())[:SUBJECT_MAX]
    all_headers = {"Message-ID": make_msgid(domain=mail_domain()), **(headers or {})}
    mail = OutgoingMail.objects.create(tenant_id=tenant_id, to=to, subject=subject, body=body, headers=all_headers)
    transaction.on_commit(partial(_hand_over, tenant_id=tenant_id, mail_id=mail.id), robust=True)
    return mail


def _hand_over(*, tenant_id: UUID, mail_id: UUID) -> None:
    from helpdesk.mail.tasks import send_mail_task

    send_mail_task.delay(str(tenant_id), str(mail_id))


def send_waiting(mail_id: UUID | str, *, now: datetime) -> bool:
    """Send one message unless it was sent or another worker is sending it; tells whether it was sent now.

    Raises `OSError` (of which `SMTPException` is one) when the mail server does not take it.
    """
    mail = OutgoingMail.objects.select_for_update(skip_locked=True).filter(pk=mail_id, sent_at=None).first()
    if mail is None:
        return False
    EmailMessage(subject=mail.subject, body=mail.body, to=[mail.to], headers=mail.headers).send()
    mail.sent_at = now
    mail.save(update_fields=["sent_at"])
    mail_sent.send(sender=OutgoingMail, mail=mail)
    return True
