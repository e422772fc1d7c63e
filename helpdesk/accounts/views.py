"""Choosing the tenant whose desk a person works at."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from helpdesk.accounts.actions import NoMembership, choose_tenant
from helpdesk.accounts.people import person_of
from helpdesk.accounts.queries import CHOSEN_TENANT
from helpdesk.tenants.lookups import memberships_of


@login_required
@require_http_methods(["GET", "POST"])
def choose_tenant_view(request: HttpRequest) -> HttpResponse:
    """GET shows the person's tenants; POST `tenant` (id) and `next` (path) chooses one."""
    if request.method == "POST":
        return _chosen(request)
    context = {
        "memberships": memberships_of(_person(request)),
        "current": request.session.get(CHOSEN_TENANT),
        "next": _safe_next(request, request.GET.get("next", "")),
    }
    return render(request, "accounts/choose_tenant.html", context)


def _chosen(request: HttpRequest) -> HttpResponse:
    try:
        choose_tenant(request.session, user_id=_person(request), tenant_id=UUID(request.POST.get("tenant", "")))
    except (ValueError, NoMembership):
        raise PermissionDenied from None
    return redirect(_safe_next(request, request.POST.get("next", "")))


def _person(request: HttpRequest) -> UUID:
    return person_of(request).id


def _safe_next(request: HttpRequest, path: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(path, allowed_hosts={request.get_host()}, require_https=settings.HTTPS)
    return path if is_ours else settings.LOGIN_REDIRECT_URL
