"""A session that waits for its visitor's first hello, and the people around it."""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from assist.channel.actions import end_session, open_session
from assist.channel.models import AssistSession, EndReason
from helpdesk.accounts.models import Membership, User
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.archive import journal
from recordings.archive.segments import JournalEntry
from tests import factories
from tests.channel.peers import ConsolePeer, Peer, UploadPeer, VisitorPeer
from tests.webserver import WebServer


@dataclass
class Scene:
    web: WebServer
    tenant: Tenant
    session_id: UUID
    token: str
    agent: User
    cookie: str
    row_has_tab: bool = False
    peers: list[Peer] = field(default_factory=list)

    def visitor(self, **values: str | None) -> VisitorPeer:
        peer = VisitorPeer(self.web.socket_url(f"/ws/assist/visitor/{self.session_id}/"), **values)
        self.peers.append(peer)
        return peer

    def uploads(self, *, session: UUID | None = None, **values: str | None) -> UploadPeer:
        return UploadPeer(self.web.socket_url(f"/ws/assist/assets/{session or self.session_id}/"), **values)

    def console(self, *, cookie: str | None = None, origin: str | None = "http://localhost:8000") -> ConsolePeer:
        url = self.web.socket_url(f"/ws/assist/console/{self.session_id}/")
        peer = ConsolePeer(url, origin=origin, cookie=self.cookie if cookie is None else cookie)
        self.peers.append(peer)
        return peer

    def row(self) -> AssistSession:
        with tenant_scope(self.tenant.id):
            return AssistSession.objects.get(id=self.session_id)

    def journal(self) -> list[JournalEntry]:
        """Everything that was ever taken, from segments and from Valkey."""
        with tenant_scope(self.tenant.id):
            return list(journal.read(AssistSession.objects.get(id=self.session_id)))

    def end(self) -> bool:
        with tenant_scope(self.tenant.id):
            return end_session(self.session_id, reason=EndReason.AGENT_ENDED, now=timezone.now())

    def dismiss_agent(self) -> None:
        with tenant_scope(self.tenant.id):
            Membership.objects.filter(user=self.agent).delete()


def make_scene(web: WebServer, **tenant_values: object) -> Scene:
    tenant = factories.tenant(**tenant_values)
    with tenant_scope(tenant.id):
        agent = factories.member(name="Agent")
        session = factories.assist_session(agent=agent)
        token = open_session(session.id)
    cookie = f"{settings.SESSION_COOKIE_NAME}={factories.session_cookie(agent)}"
    return Scene(web=web, tenant=tenant, session_id=session.id, token=token, agent=agent, cookie=cookie)
