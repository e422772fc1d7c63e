"""A real SMTP server, and a real worker that sends to it."""

import os
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from helpdesk.embedded import ports, processes
from helpdesk.embedded.process import stop_all, wait_until_ready

if TYPE_CHECKING:
    from helpdesk.tenants.models import Tenant


class Mailbox:
    """What the SMTP server has taken; `refuses` makes it answer with a temporary failure."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refuses:
            return "451 Try again later"
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        self.taken.append(message)  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def smtp_port() -> int:
    return ports.any_free()


@pytest.fixture
def mailbox(smtp_port: int, settings: Any) -> Iterator[Mailbox]:
    """Also what this process sends goes there."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=smtp_port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_port
    yield box
    controller.stop()


@pytest.fixture
def worker(mailbox: Mailbox, smtp_port: int, tmp_path: Path) -> Iterator[None]:
    environment = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}"}
    child = processes.worker(environment, logs=tmp_path, folder=tmp_path, concurrency=1)
    try:
        child.start()
        wait_until_ready([child])
        yield
    finally:
        stop_all([child])


@pytest.fixture
def tenant(transactional_db: None) -> "Tenant":
    from tests import factories

    return factories.tenant()


@pytest.fixture
def queue(tenant: "Tenant") -> Callable[..., Any]:
    """Queues one mail of the tenant and commits."""
    from helpdesk.mail.actions import queue_mail
    from helpdesk.tenants.context import tenant_scope

    def put(**values: Any) -> Any:
        with tenant_scope(tenant.id):
            mail = {"to": "ada@contacts.example", "subject": "Subject", "body": "Body", **values}
            return queue_mail(tenant_id=tenant.id, **mail)

    return put
