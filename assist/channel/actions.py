"""Every write of an assist session's row. They run in the tenant's scope; Valkey hears of them after commit."""

import logging
import secrets
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from assist.channel import live
from assist.channel.limits import SESSION_TABS
from assist.channel.models import AssistSession, EndReason, HandOverState, SessionState
from assist.channel.queries import NoSession
from assist.channel.signals import session_ended
from assist.links.actions import revoke
from assist.requests.delivery import drop_link
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.events import publish
from helpdesk.tenants.secrets import sha256_hex

logger = logging.getLogger(__name__)


class SessionEnded(RuntimeError):
    """The session has ended; nothing more can happen in it."""


class SessionBegun(RuntimeError):
    """The visitor has said hello already."""


class TooManyTabs(RuntimeError):
    """The session has had SESSION_TABS tabs."""


def open_session(session_id: UUID) -> str:
    """Called when the link is redeemed; returns the channel token, of which only the SHA-256 is kept.

    The session stays `waiting` until the visitor's first hello; a token that was given before is of no use from now
    on. Raises `NoSession`, `SessionBegun`, `SessionEnded` with the reason.
    """
    row = lock_session(session_id)
    if row.state == SessionState.ENDED:
        raise SessionEnded(row.end_reason)
    if row.state != SessionState.WAITING:
        raise SessionBegun(session_id)
    token = secrets.token_urlsafe(32)
    row.visitor_token_hash = sha256_hex(token)
    row.save(update_fields=["visitor_token_hash"])
    _announce(row, has_agreed=True)
    return token


def visitor_seen(session_id: UUID, *, tab: int, now: datetime) -> AssistSession:
    """A hello: the session goes live with the first one; `tab` 0 takes a new tab number, `row.tab_count` then.

    Raises `NoSession`, `SessionEnded` with the reason, `TooManyTabs`.
    """
    row = lock_session(session_id)
    if row.state == SessionState.ENDED:
        raise SessionEnded(row.end_reason)
    if tab == 0 and row.tab_count >= SESSION_TABS:
        raise TooManyTabs(session_id)
    row.tab_count += tab == 0
    row.visitor_seen_at, row.visitor_gone_at = now, None
    if row.state == SessionState.WAITING:
        row.state, row.started_at = SessionState.LIVE, now
        _announce(row)
    row.save(update_fields=["tab_count", "visitor_seen_at", "visitor_gone_at", "state", "started_at"])
    return row


def visitor_gone(session_id: UUID, *, at: datetime) -> None:
    """The visitor's last connection is gone since `at`; a later hello undoes it, the sweep ends the session."""
    rows = AssistSession.objects.filter(id=session_id).exclude(state=SessionState.ENDED)
    rows.filter(visitor_gone_at=None).update(visitor_gone_at=at)


def pause_session(session_id: UUID) -> None:
    """The visitor stops capture for a while; without effect unless live."""
    _change(session_id, before=SessionState.LIVE, after=SessionState.PAUSED)


def resume_session(session_id: UUID) -> None:
    """Without effect unless paused."""
    _change(session_id, before=SessionState.PAUSED, after=SessionState.LIVE)


def set_viewport(session_id: UUID, *, viewport: dict[str, Any]) -> None:
    AssistSession.objects.filter(id=session_id).update(viewport=viewport)


def end_session(session_id: UUID, *, reason: EndReason | str, now: datetime) -> bool:
    """End it on both sides; true for the call that did it, false when it had ended before.

    After commit the channel is sealed (nothing more is accepted, SESSION_END is in the journal), consoles and visitor
    are told, and `session_ended` is sent. The link of a session that still waits is dead with it, and the page that
    asked is told. Raises `NoSession`.
    """
    _kill_link(session_id, now=now)
    row = lock_session(session_id)
    if row.state == SessionState.ENDED:
        return False
    row.state, row.ended_at, row.end_reason = SessionState.ENDED, now, EndReason(reason)
    row.save(update_fields=["state", "ended_at", "end_reason"])
    row.hand_overs.filter(state=HandOverState.OFFERED).update(state=HandOverState.LAPSED, answered_at=now)
    transaction.on_commit(partial(_seal, current_tenant_id(), row.id, row.end_reason, now))
    _announce(row)
    publish(current_tenant_id(), "session", row.id, kind="ended", payload={"reason": str(row.end_reason)})
    transaction.on_commit(partial(session_ended.send, AssistSession, tenant_id=current_tenant_id(), session_id=row.id))
    return True


def _kill_link(session_id: UUID, *, now: datetime) -> None:
    """Before the session is locked: who redeems locks link and session in this order."""
    waiting = AssistSession.objects.select_related("link").filter(id=session_id, state=SessionState.WAITING).first()
    if waiting is None:
        return
    if waiting.link:
        revoke(waiting.link, now=now)
    transaction.on_commit(partial(drop_link, waiting.request_id, tenant_id=current_tenant_id()), robust=True)


def add_durable(
    session_id: UUID, *, seqs: dict[str, int], frames: int, frame_bytes: int, missing: int = 0
) -> dict[str, int]:
    """Raise the durable watermarks by a committed segment; returns all of them, which consumers are told."""
    row = lock_session(session_id)
    row.durable_seqs |= {tab: max(seq, row.durable_seqs.get(tab, 0)) for tab, seq in seqs.items()}
    row.messages_in, row.bytes_in = F("messages_in") + frames, F("bytes_in") + frame_bytes
    row.frames_missing = F("frames_missing") + missing
    row.save(update_fields=["durable_seqs", "messages_in", "bytes_in", "frames_missing"])
    publish(current_tenant_id(), "session", row.id, kind="durable", payload=row.durable_seqs)
    return dict(row.durable_seqs)


def close_archive_of(session_id: UUID, *, at: datetime) -> bool:
    """Note that the session's archive is whole; true for the call that did it."""
    return bool(AssistSession.objects.filter(id=session_id, archive_closed_at=None).update(archive_closed_at=at))


def lock_session(session_id: UUID) -> AssistSession:
    """Its row, which nobody else changes until this transaction ends; raises `NoSession`."""
    row = AssistSession.objects.select_for_update().filter(id=session_id).first()
    if row is None:
        raise NoSession(session_id)
    return row


def _change(session_id: UUID, *, before: SessionState, after: SessionState) -> None:
    row = lock_session(session_id)
    if row.state == before:
        row.state = after
        row.save(update_fields=["state"])
        _announce(row)


def _announce(row: AssistSession, *, has_agreed: bool = False) -> None:
    """`has_agreed` is told while the session waits for the hello that follows."""
    payload = {"id": str(row.id), "state": str(row.state), "reason": str(row.end_reason), "has_agreed": has_agreed}
    publish(current_tenant_id(), "desk", kind="session.changed", payload=payload)
    publish(current_tenant_id(), "request", row.request_id, kind="session", payload={"state": str(row.state)})
    if row.state != SessionState.ENDED:
        publish(current_tenant_id(), "session", row.id, kind="state", payload={"state": str(row.state)})


def _seal(tenant_id: UUID, session_id: UUID, reason: str, now: datetime) -> None:
    """When Valkey is away the row still says `ended`: the archive seals the channel before it closes."""
    try:
        live.seal(tenant_id, session_id, reason=reason, at_ms=now.timestamp() * 1000)
    except live.Unreachable:
        logger.warning("session %s ended while Valkey is away; it is sealed with its archive", session_id)
