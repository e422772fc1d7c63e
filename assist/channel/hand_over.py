"""A session goes along to another origin of its tenant: the ticket that a link carries there, good for once.

web/capture/hand_over.ts makes it in the page, so that no round trip stands between a click and the next page.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

from assist.channel import limits
from assist.channel.live import SessionKeys
from assist.channel.models import AssistSession, SessionState
from assist.channel.valkey import sync_client
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.secrets import sha256_hex

SALT = "assist.channel.hand_over"
SESSION_BYTES, ENDS_BYTES, NONCE_BYTES, MAC_BYTES = 16, 4, 16, 16
HEAD_BYTES = SESSION_BYTES + ENDS_BYTES + NONCE_BYTES
# What a ticket is for: its MAC says it. One for a frame shows that there is a session, and gives no way in.
FOR_LINK, FOR_FRAME = b"mac", b"frame"


class BadTicket(LookupError):
    """Not a ticket of this tenant's, too old, used, or of a session that has ended; nobody is told which."""


@dataclass(frozen=True)
class Joined:
    """What another origin needs to go on with the session."""

    session_id: UUID
    token: str


def hand_over_part(session_id: UUID) -> dict[str, Any]:
    """As `HandOver` of the protocol: what a page needs to make tickets, beside the channel token that it has."""
    return {"key": _key(session_id).hex(), "origins": list(current_tenant().allowed_origins)}


def redeem_ticket(text: str, *, now: datetime, use: bytes = FOR_LINK) -> Joined:
    """Good for once within its time; raises `BadTicket`."""
    raw = _decoded(text)
    session_id = UUID(bytes=raw[:SESSION_BYTES])
    key, body, mac = _key(session_id), raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not hmac.compare_digest(_digest(key, use, body)[:MAC_BYTES], mac):
        raise BadTicket
    ends = int.from_bytes(raw[SESSION_BYTES : SESSION_BYTES + ENDS_BYTES], "big")
    left = ends - now.timestamp()
    nonce = raw[HEAD_BYTES - NONCE_BYTES : HEAD_BYTES]
    token = _token(key, nonce, body[HEAD_BYTES:])
    if not 0 <= left <= limits.HAND_OVER_SECONDS or not _is_of(session_id, token) or not _is_new(session_id, nonce):
        raise BadTicket
    return Joined(session_id, token)


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise BadTicket from None
    if len(raw) <= HEAD_BYTES + MAC_BYTES:
        raise BadTicket
    return raw


def _key(session_id: UUID) -> bytes:
    return salted_hmac(SALT, str(session_id), algorithm="sha256").digest()


def _digest(key: bytes, label: bytes, body: bytes) -> bytes:
    return hmac.digest(key, label + body, hashlib.sha256)


def _token(key: bytes, nonce: bytes, hidden: bytes) -> str:
    pad = _digest(key, b"1", nonce) + _digest(key, b"2", nonce)
    return bytes(one ^ other for one, other in zip(hidden, pad, strict=False)).decode(errors="replace")


def _is_of(session_id: UUID, token: str) -> bool:
    """In this tenant, with this very token, and not ended."""
    rows = AssistSession.objects.filter(id=session_id, visitor_token_hash=sha256_hex(token))
    return rows.exclude(state=SessionState.ENDED).exists()


def _is_new(session_id: UUID, nonce: bytes) -> bool:
    key = SessionKeys(current_tenant_id(), session_id).ticket(nonce.hex())
    return bool(sync_client().set(key, 1, nx=True, ex=2 * limits.HAND_OVER_SECONDS))
