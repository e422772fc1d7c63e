"""Sending mail, after the commit that wrote it; the sweep finds what a lost broker or worker left behind."""

from datetime import timedelta

from django.utils import timezone

from helpdesk.mail.actions import send_waiting
from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task

SWEEP_AFTER = timedelta(minutes=5)
SWEEP_BATCH = 500


@tenant_task("helpdesk.mail.send", autoretry_for=(OSError,), retry_backoff=5, retry_backoff_max=600, max_retries=8)
def send_mail_task(mail_id: str) -> None:
    send_waiting(mail_id, now=timezone.now())


@cross_tenant_task("helpdesk.mail.sweep")
def sweep_waiting_mail() -> None:
    waiting = OutgoingMail.across_tenants.filter(sent_at=None, created_at__lt=timezone.now() - SWEEP_AFTER)
    for tenant_id, mail_id in waiting.order_by("created_at").values_list("tenant_id", "id")[:SWEEP_BATCH]:
        send_mail_task.delay(str(tenant_id), str(mail_id))
