"""Scopes: each view names the one for reading (`read_scope`) and, if it writes, the one for writing (`write_scope`)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from helpdesk.api.models import ApiToken


class HasScope(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            raise NotAuthenticated(_("Send a token of your tenant in the header “Authorization: Bearer …”."))
        needed = scope_needed(view, method=request.method or "GET")
        if needed in request.auth.scopes:
            return True
        text = _("This token lacks the scope “%(scope)s”: use one that has it.") % {"scope": needed}
        raise PermissionDenied(text, code="missing_scope")


def scope_needed(view: Any, *, method: str) -> str | None:
    return getattr(view, "read_scope" if method in SAFE_METHODS else "write_scope", None)
