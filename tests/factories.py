"""One real row of each model, in the current tenant; what a row needs is made along with it unless given.

A new tenant model gets its factory here, and with it every isolation test.
"""

import hashlib
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Model
from django.utils import timezone

from assist.capture.models import NativeMapping
from assist.channel.models import AssistSession, HandOver, SessionQuality
from assist.links.models import ConsentReceipt, InviteLink
from assist.pages.models import AskedSubtree, Asset, Page, PageKind, SessionAsset
from assist.requests.models import AssistRequest
from helpdesk.accounts.models import Membership, Role, User
from helpdesk.api.models import ApiToken
from helpdesk.api.scopes import Scope
from helpdesk.audit.models import Action, ActorKind, AuditEvent
from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.actions import ensure_tenant
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Contact, Message, Queue, Ticket
from recordings.archive.models import ArchiveSegment
from recordings.review.models import RecordingNote, SavedView, Score, Scorecard
from recordings.search.models import SessionText
from recordings.share.models import ShareLink
from recordings.video.models import Recording, VideoSegment
from tests.factories_keeping import KEEPING

_numbers = itertools.count(1)


def digest(text: str) -> str:
    """SHA-256 in hex, as tokens are kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def tenant(slug: str = "", **values: Any) -> Tenant:
    """Outside of any tenant; its id opens the scope for the rest."""
    slug = slug or f"tenant-{next(_numbers)}"
    return ensure_tenant(slug, **{"name": slug.title(), "allowed_origins": ["http://localhost:*"], **values})


def user(email: str = "", *, password: str | None = None, **values: Any) -> User:
    """Without a membership; signs in only with a password."""
    return User.objects.create_user(email or f"person-{next(_numbers)}@people.example", password=password, **values)


def session_cookie(person: User) -> str:
    """The cookie's value of a browser in which this person has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def membership(**values: Any) -> Membership:
    return create(Membership, values, user=user, role=lambda: Role.AGENT)


def member(role: Role = Role.AGENT, **values: Any) -> User:
    """A person of the current tenant."""
    return membership(role=role, user=user(**values)).user


def api_token(secret: str = "", **values: Any) -> ApiToken:
    """`secret` is what the caller sends as bearer token."""
    secret = secret or f"secret-{next(_numbers)}"
    return create(ApiToken, values, name=lambda: "Test", token_hash=lambda: digest(secret), scopes=lambda: Scope.values)


def contact(**values: Any) -> Contact:
    return create(Contact, values, name=lambda: "Contact", email=lambda: f"contact-{next(_numbers)}@contacts.example")


def queue(**values: Any) -> Queue:
    return create(Queue, values, name=lambda: f"Queue {next(_numbers)}")


def ticket(**values: Any) -> Ticket:
    return create(Ticket, values, number=_numbers.__next__, subject=lambda: "Subject", contact=contact, queue=queue)


def message(**values: Any) -> Message:
    return create(Message, values, ticket=ticket, body=lambda: "Body")


def outgoing_mail(**values: Any) -> OutgoingMail:
    return create(
        OutgoingMail, values, to=lambda: "contact@contacts.example", subject=lambda: "Subject", body=lambda: "Body"
    )


def assist_request(secret: str = "", **values: Any) -> AssistRequest:
    """`secret` is the token of the visitor's page."""
    secret = secret or f"request-{next(_numbers)}"
    return create(
        AssistRequest,
        values,
        ticket=ticket,
        token_hash=lambda: digest(secret),
        origin=lambda: "http://localhost:9000",
        page_url=lambda: "http://localhost:9000/page.html",
        page_title=lambda: "Page",
        note=lambda: "Note",
        expires_at=_soon,
    )


def invite_link(secret: str = "", **values: Any) -> InviteLink:
    """`secret` is the token in the link's fragment."""
    secret = secret or f"link-{next(_numbers)}"
    return create(InviteLink, values, request=assist_request, token_hash=lambda: digest(secret), expires_at=_soon)


def consent_receipt(**values: Any) -> ConsentReceipt:
    return create(
        ConsentReceipt,
        values,
        link=invite_link,
        agent_name=lambda: "Agent",
        text=lambda: "Text",
        text_sha256=lambda: digest("Text"),
        language=lambda: "en",
        origin=lambda: "http://localhost:9000",
        given_at=timezone.now,
    )


def assist_session(secret: str = "", **values: Any) -> AssistSession:
    """`secret` is the visitor's channel token."""
    secret = secret or f"channel-{next(_numbers)}"
    return create(AssistSession, values, request=assist_request, visitor_token_hash=lambda: digest(secret))


def session_quality(**values: Any) -> SessionQuality:
    return create(SessionQuality, values, session=assist_session)


def hand_over(**values: Any) -> HandOver:
    return create(HandOver, values, session=assist_session, to_agent=member, offered_at=timezone.now)


def page(**values: Any) -> Page:
    return create(
        Page,
        values,
        session=assist_session,
        number=_numbers.__next__,
        kind=lambda: PageKind.HTML,
        url=lambda: "http://localhost:9000/page.html",
        entered_at=timezone.now,
    )


def asset(**values: Any) -> Asset:
    return create(
        Asset,
        values,
        sha256=lambda: digest(f"asset-{next(_numbers)}"),
        content_type=lambda: "image/png",
        size_bytes=lambda: 1,
    )


def session_asset(**values: Any) -> SessionAsset:
    return create(SessionAsset, values, session=assist_session, asset=asset)


def asked_subtree(**values: Any) -> AskedSubtree:
    return create(AskedSubtree, values, session=assist_session, name=lambda: digest(f"{next(_numbers)}")[:12])


def native_mapping(**values: Any) -> NativeMapping:
    return create(
        NativeMapping, values, name=lambda: f"mapping-{next(_numbers)}", document=lambda: {"version": 1, "rules": []}
    )


def archive_segment(**values: Any) -> ArchiveSegment:
    return create(
        ArchiveSegment,
        values,
        session=assist_session,
        number=_numbers.__next__,
        object_key=lambda: object_key(current_tenant_id(), "segments", next(_numbers)),
        sha256=lambda: digest("segment"),
        size_bytes=lambda: 1,
        frame_count=lambda: 1,
        tab_ranges=lambda: {"1": [1, 1]},
        last_journal_id=lambda: "1-1",
    )


def recording(**values: Any) -> Recording:
    return create(Recording, values, session=assist_session)


def video_segment(**values: Any) -> VideoSegment:
    return create(
        VideoSegment, values, recording=recording, number=_numbers.__next__, starts_ms=lambda: 0, ends_ms=lambda: 1000
    )


def share_link(secret: str = "", **values: Any) -> ShareLink:
    """`secret` is the token in the link's fragment."""
    secret = secret or f"share-{next(_numbers)}"
    return create(ShareLink, values, recording=recording, token_hash=lambda: digest(secret), expires_at=_soon)


def session_text(**values: Any) -> SessionText:
    """`words` as PostgreSQL writes a tsvector."""
    of = values.pop("recording", None) or recording()
    return create(SessionText, {"recording": of, "recorded_at": of.created_at, **values}, words=lambda: "'word'")


def saved_view(**values: Any) -> SavedView:
    return create(SavedView, values, owner=member, name=lambda: f"View {next(_numbers)}")


def recording_note(**values: Any) -> RecordingNote:
    return create(RecordingNote, values, recording=recording, at_ms=lambda: 0, body=lambda: "Body")


def scorecard(**values: Any) -> Scorecard:
    criteria = [{"label": "Greeting", "weight": 1, "scale": 5}]
    return create(Scorecard, values, name=lambda: f"Card {next(_numbers)}", criteria=lambda: criteria)


def score(**values: Any) -> Score:
    made = {"recording": recording, "scorecard": scorecard, "reviewer": member}
    return create(Score, values, **made, answers=list, percent=lambda: 50)


def audit_event(**values: Any) -> AuditEvent:
    return create(
        AuditEvent,
        values,
        at=timezone.now,
        actor_kind=lambda: ActorKind.SYSTEM,
        action=lambda: Action.RECORDING_VIEWED,
        object_kind=lambda: "recording",
    )


FACTORIES: dict[type[Model], Callable[..., Any]] = {
    Membership: membership,
    ApiToken: api_token,
    Contact: contact,
    Queue: queue,
    Ticket: ticket,
    Message: message,
    OutgoingMail: outgoing_mail,
    AssistRequest: assist_request,
    InviteLink: invite_link,
    ConsentReceipt: consent_receipt,
    AssistSession: assist_session,
    SessionQuality: session_quality,
    HandOver: hand_over,
    Page: page,
    Asset: asset,
    SessionAsset: session_asset,
    AskedSubtree: asked_subtree,
    NativeMapping: native_mapping,
    ArchiveSegment: archive_segment,
    Recording: recording,
    VideoSegment: video_segment,
    AuditEvent: audit_event,
    **KEEPING,
    ShareLink: share_link,
    SessionText: session_text,
    SavedView: saved_view,
    RecordingNote: recording_note,
    Scorecard: scorecard,
    Score: score,
}


def create(model: type[Any], values: dict[str, Any], **defaults: Callable[[], Any]) -> Any:
    """A row of `model` with `values`, and with `defaults` for what is missing."""
    return model.objects.create(**{name: make() for name, make in defaults.items() if name not in values} | values)


def _soon() -> Any:
    return timezone.now() + timedelta(minutes=10)
