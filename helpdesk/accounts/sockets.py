"""Who is at the other end of a desk socket."""

from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.utils.crypto import constant_time_compare

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import desk_membership
from helpdesk.tenants.context import run_without_tenant
from helpdesk.tenants.lookups import FoundMembership

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


class DeskAuthMiddleware:
    """Sets `scope["user"]` and `scope["membership"]` (None unless signed in with a tenant) for sockets.

    The session cookie counts only when the socket was opened by a page of `PUBLIC_URL`: browsers send cookies with
    sockets that any site opens.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        user, membership = None, None
        if cookie := _session_cookie(scope):
            user, membership = await run_without_tenant(_signed_in, cookie)
        await self.application({**scope, "user": user or AnonymousUser(), "membership": membership}, receive, send)


async def is_still_member(scope: Scope) -> bool:
    """Whether whoever opened this socket is signed in and of that tenant now: sockets outlive sign-ins."""
    cookie = _session_cookie(scope)
    membership = (await run_without_tenant(_signed_in, cookie))[1] if cookie else None
    return membership is not None and membership.tenant_id == scope["membership"].tenant_id


def _session_cookie(scope: Scope) -> str | None:
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    ours, theirs = urlsplit(settings.PUBLIC_URL), urlsplit(headers.get(b"origin", ""))
    if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        return None
    morsel = SimpleCookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else None


def _signed_in(session_key: str) -> tuple[User | None, FoundMembership | None]:
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = _user_of(session)
    if user is None:
        return None, None
    return user, desk_membership(user.pk, session=session)[0]


def _user_of(session: Any) -> User | None:
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=session[SESSION_KEY], is_active=True).first()
    if user and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return user
    return None
