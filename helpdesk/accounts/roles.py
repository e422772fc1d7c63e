"""What a role may do: each includes the ones before it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from helpdesk.accounts.models import Role

RANK = {Role.AGENT: 1, Role.MANAGER: 2, Role.ADMIN: 3}


def role_includes(role: str, needed: Role) -> bool:
    """Whether `role` has at least the rights of `needed`; an unknown role has none."""
    return role in RANK and RANK[Role(role)] >= RANK[needed]


def role_required(needed: Role) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """View decorator: answers 403 to people of the tenant whose role is less than `needed`."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = getattr(request, "membership", None)
            if membership is None or not role_includes(membership.role, needed):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return allowed

    return decorate
