"""Every write about API tokens."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from helpdesk.accounts.models import User
from helpdesk.api.models import ApiToken
from helpdesk.api.queries import hash_of_token
from helpdesk.api.scopes import Scope

TOKEN_PREFIX = "als_"  # noqa: S105  (lets secret scanners find a token that was committed by mistake)
USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownScope(ValueError):
    """A token was to be made with a scope that does not exist."""


def create_token(name: str, *, scopes: Iterable[str], created_by: User | None = None) -> tuple[ApiToken, str]:
    """The new token of the current tenant, and its text, which is shown this once and not kept."""
    plain = TOKEN_PREFIX + secrets.token_urlsafe(32)
    wanted = list(dict.fromkeys(scopes))
    if unknown := set(wanted) - set(Scope.values):
        raise UnknownScope(", ".join(sorted(unknown)))
    token = ApiToken.objects.create(name=name, token_hash=hash_of_token(plain), scopes=wanted, created_by=created_by)
    return token, plain


def revoke_token(token: ApiToken, *, now: datetime) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Kept to the minute only, so that a busy token does not write a row with each call."""
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
