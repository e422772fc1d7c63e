"""Mail goes out after commit, once, and nothing is lost when the mail server or a worker is."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helpdesk.mail.actions import queue_mail, send_waiting
from helpdesk.mail.models import OutgoingMail
from helpdesk.mail.tasks import SWEEP_AFTER, send_mail_task, sweep_waiting_mail
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.actions import add_message
from helpdesk.tickets.models import Message
from tests import factories
from tests.mail.conftest import Mailbox

QueueMail = Callable[..., OutgoingMail]


def wait_for(what: Callable[[], Any], *, seconds: float = 30) -> Any:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def test_reply_is_mailed_by_the_worker(worker: None, mailbox: Mailbox, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ticket = factories.ticket(number=12, subject="Drucker, 打印机")
        add_message(ticket, body="Grüße, 你好\n.\nlast line", author=factories.member())
    mail = wait_for(lambda: mailbox.taken)[0]
    assert mail["To"] == ticket.contact.email
    assert mail["Subject"] == "[#12] Drucker, 打印机"
    assert mail.get_content().splitlines() == ["Grüße, 你好", ".", "last line"]
    assert mail["References"] == f"<ticket.{ticket.pk}@localhost>"

    def sent_at() -> Any:
        with tenant_scope(tenant.id):
            return Message.objects.get().sent_at

    assert wait_for(sent_at) >= timezone.now() - timedelta(minutes=1)


def test_mail_of_a_failed_transaction_is_not_sent(mailbox: Mailbox, tenant: Tenant) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), tenant_scope(tenant.id):
        queue_mail(tenant_id=tenant.id, to="ada@contacts.example", subject="x", body="x")
        raise RuntimeError("on purpose")
    with tenant_scope(tenant.id):
        assert not OutgoingMail.objects.exists()


def test_mail_is_sent_once_however_often_the_task_runs(mailbox: Mailbox, tenant: Tenant, queue: QueueMail) -> None:
    mail = queue()
    for _ in range(3):
        send_mail_task(str(tenant.id), str(mail.pk))
    assert [taken["Message-ID"] for taken in mailbox.taken] == [mail.headers["Message-ID"]]


def test_mail_waits_while_the_server_refuses(mailbox: Mailbox, tenant: Tenant, queue: QueueMail) -> None:
    mail, now = queue(), timezone.now()
    mailbox.refuses = True
    with pytest.raises(OSError, match="Try again later"), tenant_scope(tenant.id):
        send_waiting(mail.pk, now=now)
    mailbox.refuses = False
    with tenant_scope(tenant.id):
        assert OutgoingMail.objects.get().sent_at is None
        assert send_waiting(mail.pk, now=now)
        assert OutgoingMail.objects.get().sent_at == now
    assert len(mailbox.taken) == 1


def test_mail_of_another_tenant_is_not_sent(mailbox: Mailbox, queue: QueueMail) -> None:
    send_mail_task(str(factories.tenant().id), str(queue().pk))
    assert mailbox.taken == []


def test_mail_keeps_its_headers_to_itself(mailbox: Mailbox, tenant: Tenant, queue: QueueMail) -> None:
    mail = queue(subject="Hello\r\nBcc: eve@contacts.example\n\nbody")
    send_mail_task(str(tenant.id), str(mail.pk))
    assert mailbox.taken[0]["Bcc"] is None
    assert mailbox.taken[0]["Subject"] == "Hello Bcc: eve@contacts.example body"


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
def test_sweep_sends_what_was_left_behind(worker: None, mailbox: Mailbox) -> None:
    left: list[str] = []
    for tenant in (factories.tenant(), factories.tenant()):
        with tenant_scope(tenant.id):
            old, _young = factories.outgoing_mail(body=f"old {tenant.slug}"), factories.outgoing_mail(body="young")
            OutgoingMail.objects.filter(pk=old.pk).update(created_at=timezone.now() - SWEEP_AFTER * 2)
            left.append(old.body)
    sweep_waiting_mail()
    wait_for(lambda: len(mailbox.taken) == 2)
    assert sorted(mail.get_content().strip() for mail in mailbox.taken) == sorted(left)
