"""Real sessions in PostgreSQL, each with an agent of its own who is signed in; Django must be set up."""

import hashlib
import secrets
from datetime import timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from assist.channel.capture_code import capture_code
from assist.channel.models import AssistSession
from assist.requests.models import AssistRequest, RequestState
from helpdesk.accounts.models import Membership, Role, User
from helpdesk.tenants.actions import ensure_tenant
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.secrets import sha256_hex
from helpdesk.tickets.models import Contact, Queue, Ticket

VISITOR_ORIGIN = "http://localhost:9000"
_numbers = count(1)


def make_sessions(how_many: int) -> list[dict[str, str]]:
    """Sessions whose link has been redeemed: what a visitor's page and an agent's browser have in their hands."""
    tenant = ensure_tenant("bench", name="Bench", allowed_origins=[VISITOR_ORIGIN])
    numbers = [next(_numbers) for _ in range(how_many)]
    users = User.objects.bulk_create(
        User(email=f"agent-{number}@bench.example", name=f"Agent {number}", password="!") for number in numbers
    )
    with tenant_scope(tenant.id):
        Membership.objects.bulk_create(Membership(user=user, role=Role.AGENT) for user in users)
        rows, tokens = _session_rows(users)
    cookies = _sign_in(users)
    common = {"capture": capture_code().sha256, "visitor_origin": VISITOR_ORIGIN, "desk_origin": settings.PUBLIC_URL}
    return [
        {"id": str(row.id), "token": token, "cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", **common}
        for row, token, cookie in zip(rows, tokens, cookies, strict=True)
    ]


def _session_rows(users: list[User]) -> tuple[list[AssistSession], list[str]]:
    now = timezone.now()
    contact, _ = Contact.objects.get_or_create(name="Contact", email="contact@bench.example")
    queue, _ = Queue.objects.get_or_create(name="Bench")
    ticket = Ticket.objects.filter(subject="Bench").first() or Ticket.objects.create(
        number=1, subject="Bench", contact=contact, queue=queue
    )
    values: dict[str, Any] = {"ticket": ticket, "origin": VISITOR_ORIGIN, "page_url": f"{VISITOR_ORIGIN}/"}
    values |= {"state": RequestState.ACCEPTED, "expires_at": now + timedelta(hours=1)}
    requests = AssistRequest.objects.bulk_create(
        AssistRequest(token_hash=hashlib.sha256(secrets.token_bytes()).hexdigest(), **values) for _ in users
    )
    tokens = [secrets.token_urlsafe(32) for _ in users]
    rows = AssistSession.objects.bulk_create(
        AssistSession(request=request, agent=user, visitor_token_hash=sha256_hex(token))
        for request, user, token in zip(requests, users, tokens, strict=True)
    )
    return rows, tokens


def _sign_in(users: list[User]) -> list[str]:
    store, until = SessionStore(), timezone.now() + timedelta(days=1)
    keys = [secrets.token_hex(16) for _ in users]
    Session.objects.bulk_create(
        Session(
            session_key=key,
            expire_date=until,
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
        )
        for user, key in zip(users, keys, strict=True)
    )
    return keys
