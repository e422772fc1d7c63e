"""The proof that one browser has landed on one link in time; it stays in that browser until consent."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from assist.links.models import InviteLink
from helpdesk.tenants.secrets import sha256_hex

SALT = "assist.links.landing"


class BadLanding(ValueError):
    """Not a landing of ours, or of another link."""


@dataclass(frozen=True)
class Landing:
    link_id: UUID
    hash: str


def new_landing(link: InviteLink) -> str:
    """Signed `[link id, nonce]`; two browsers on one link get two different ones."""
    return signing.dumps([str(link.pk), secrets.token_urlsafe(12)], salt=SALT)


def read_landing(text: str, *, link: InviteLink) -> Landing:
    """Raise `BadLanding` unless it was made by `new_landing` for this link. The link's own deadline says how long."""
    try:
        link_id, _nonce = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadLanding from None
    if link_id != str(link.pk):
        raise BadLanding
    return Landing(link.pk, sha256_hex(text))
