"""A tenant with an agent and a live session, as its agent's browser has it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client

from assist.channel.models import AssistSession
from assist.pages.keys import asset_key
from helpdesk.accounts.models import User
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories


@dataclass
class Desk:
    """One tenant as its agent sees it."""

    tenant: Tenant
    agent: User
    session: AssistSession
    client: Client

    def store(self, *, sha256: str, body: bytes, content_type: str) -> None:
        """An asset that the session refers to."""
        store.put(asset_key(self.tenant.id, sha256), body)
        with tenant_scope(self.tenant.id):
            asset = factories.asset(sha256=sha256, content_type=content_type, size_bytes=len(body))
            factories.session_asset(session=self.session, asset=asset)


def make_desk(**session_values: Any) -> Desk:
    tenant = factories.tenant()
    with tenant_scope(tenant.id):
        agent = factories.member(name="Agent")
        session = factories.assist_session(agent=agent, state="live", **session_values)
    return Desk(tenant=tenant, agent=agent, session=session, client=signed_in(agent))


def signed_in(person: User, **options: Any) -> Client:
    """A browser of this person, without any request for the sign-in."""
    client = Client(headers={"host": "localhost:8000"}, **options)
    client.cookies[settings.SESSION_COOKIE_NAME] = factories.session_cookie(person)
    return client
