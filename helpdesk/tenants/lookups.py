"""Everything that can be found before a tenant is known: by a secret, by a public key, or by the person signed in.

Each calls a database function that reveals the rows of that one value and nothing else; migrations declare them
with `LookupFunction`. Enter the tenant found here, then read the row itself in the usual way.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql


@dataclass(frozen=True)
class Found:
    """A row and its tenant."""

    tenant_id: UUID
    id: UUID


@dataclass(frozen=True)
class FoundMembership:
    tenant_id: UUID
    id: UUID
    role: str
    tenant_name: str
    tenant_slug: str


def tenant_of_public_key(public_key: str) -> UUID | None:
    rows = _call("lookup_tenant_by_public_key", public_key)
    return rows[0][0] if rows else None


def tenant_of_slug(slug: str) -> UUID | None:
    rows = _call("lookup_tenant_by_slug", slug)
    return rows[0][0] if rows else None


def memberships_of(user_id: UUID) -> list[FoundMembership]:
    """Of one person, by name of the tenant."""
    return [FoundMembership(*row) for row in _call("lookup_memberships_by_user", user_id)]


def api_token_of_hash(token_hash: str) -> Found | None:
    return _found("lookup_api_token_by_hash", token_hash)


def assist_request_of_hash(token_hash: str) -> Found | None:
    """By SHA-256, in hex, of the token that the visitor's own page holds."""
    return _found("lookup_assist_request_by_hash", token_hash)


def invite_link_of_hash(token_hash: str) -> Found | None:
    return _found("lookup_invite_link_by_hash", token_hash)


def assist_session_of_hash(token_hash: str) -> Found | None:
    """By SHA-256, in hex, of the channel token that the visitor got for consent."""
    return _found("lookup_assist_session_by_hash", token_hash)


def share_link_of_hash(token_hash: str) -> Found | None:
    """Only while the link counts: the database says nothing of one that has expired or was revoked."""
    return _found("lookup_share_link_by_hash", token_hash)


def _found(function: str, value: str) -> Found | None:
    rows = _call(function, value)
    return Found(*rows[0]) if rows else None


def _call(function: str, value: str | UUID) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT * FROM {}(%s)").format(sql.Identifier(function)), [value])
        return cursor.fetchall()
