"""Reads of API tokens."""

import hashlib
from uuid import UUID

from django.db.models import QuerySet

from helpdesk.api.models import ApiToken
from helpdesk.tenants.lookups import Found, api_token_of_hash


def hash_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_by_hash(token_hash: str) -> Found | None:
    """The token's id and tenant, before a tenant is known; whether it still counts is for `valid_token` to say."""
    return api_token_of_hash(token_hash)


def valid_token(token_id: UUID) -> ApiToken | None:
    return ApiToken.objects.select_related("created_by").filter(pk=token_id, revoked_at=None).first()


def tokens_of_tenant() -> QuerySet[ApiToken]:
    return ApiToken.objects.select_related("created_by").order_by("revoked_at", "-created_at")
