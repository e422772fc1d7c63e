"""Two tenants with a row of every model each: the victim's must not leak, the attacker's is what it is tried with."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from helpdesk.accounts.models import Role, User
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id, tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from tests import factories, factories_keeping

MARK = "do-not-leak"


@dataclass(frozen=True)
class Side:
    """One tenant: its rows by model, its people by role, and the secrets that its callers hold."""

    tenant: Tenant
    people: dict[Role, User]
    rows: dict[type[Any], Any]
    secrets: dict[str, str]

    @property
    def tenant_id(self) -> UUID:
        return self.tenant.id

    def ids(self) -> set[str]:
        return {str(row.pk) for row in self.rows.values()}

    def marks(self) -> set[str]:
        """What betrays this tenant wherever it shows up."""
        return {*self.ids(), str(self.tenant_id), self.tenant.slug, f"{MARK}-{self.tenant.slug}"}

    def snapshot(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of the tenant as it is now."""
        with tenant_scope(self.tenant_id):
            rows = {model._meta.label: _values(model.objects) for model in self.rows}
            return rows | {"tenant": _values(Tenant.objects)}


@dataclass(frozen=True)
class World:
    victim: Side
    attacker: Side


def make_world() -> World:
    return World(victim=make_side("victim"), attacker=make_side("attacker"))


def make_side(slug: str) -> Side:
    tenant = factories.tenant(slug)
    secrets = {kind: f"{kind}-of-{slug}" for kind in ("token", "request", "link", "channel", "share")}
    with tenant_scope(tenant.id):
        people = {role: factories.member(role, email=f"{role}@{slug}.example") for role in Role}
        rows = _rows(mark=f"{MARK}-{slug}", secrets=secrets)
    return Side(tenant=tenant, people=people, rows={type(row): row for row in rows}, secrets=secrets)


def _rows(*, mark: str, secrets: dict[str, str]) -> list[Any]:
    """One of each model, as in one session from ticket to video; models of no special place follow by themselves."""
    queue = factories.queue(name=mark)
    ticket = factories.ticket(subject=mark, queue=queue, contact=factories.contact(name=mark))
    request = factories.assist_request(secrets["request"], ticket=ticket, note=mark, page_title=mark, state="accepted")
    link = factories.invite_link(secrets["link"], request=request)
    session = factories.assist_session(secrets["channel"], request=request, link=link, state="live")
    asset = factories.asset()
    extras = {f"{name}_key": _object(name, mark) for name in ("outline", "log", "filmstrip", "thumbnail")}
    recording = factories.recording(session=session, state="ready", object_key=_object("video", mark), **extras)
    segment = factories.archive_segment(session=session, object_key=_object("segment", mark))
    _object("assets", asset.sha256, text=mark)
    rows = [
        *(queue, ticket, ticket.contact, request, link, session, asset, recording),
        factories.message(ticket=ticket, body=mark),
        factories.consent_receipt(link=link, text=mark),
        factories.api_token(secrets["token"], name=mark),
        factories.page(session=session, title=mark),
        factories.session_quality(session=session),
        factories.hand_over(session=session),
        factories.session_asset(session=session, asset=asset),
        segment,
        factories_keeping.erasure(reference=mark),
        factories.video_segment(recording=recording),
        factories.share_link(secrets["share"], recording=recording, note=mark),
        factories.session_text(recording=recording, moments=[[0, mark]]),
        factories.saved_view(name=mark, owner=factories.member(Role.ADMIN), is_shared=True, filters={"q": mark}),
        factories.recording_note(recording=recording, body=mark),
        (card := factories.scorecard(name=mark)),
        factories.score(recording=recording, scorecard=card, comment=mark),
        factories.audit_event(actor_name=mark, object_id=recording.pk),
    ]
    present = set(map(type, rows))
    return rows + [make() for model, make in factories.FACTORIES.items() if model not in present]


def _object(*parts: str, text: str = MARK) -> str:
    """The key of a new object of the current tenant."""
    key = object_key(current_tenant_id(), *parts)
    store.put(key, text.encode())
    return key


def _values(manager: Any) -> list[dict[str, Any]]:
    return list(manager.order_by("pk").values())
