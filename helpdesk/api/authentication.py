"""Bearer tokens: `request.auth` is the `ApiToken`, `request.user` the person who made it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from helpdesk.accounts.models import User
from helpdesk.api.actions import note_use
from helpdesk.api.models import ApiToken
from helpdesk.api.queries import valid_token


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, ApiToken] | None:
        if "Authorization" not in request.headers:
            return None
        token_id = getattr(request._request, "api_token_id", None)
        token = valid_token(token_id) if token_id else None
        if token is None:
            raise AuthenticationFailed(
                _("This token is unknown or was revoked: make a new one at the desk under Settings.")
            )
        note_use(token, now=timezone.now())
        return token.created_by or AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="alongside"'


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "helpdesk.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
