"""The tenant's settings and API tokens, for admins."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.accounts.models import Role
from helpdesk.accounts.people import person_of
from helpdesk.accounts.roles import role_required
from helpdesk.api.actions import create_token, revoke_token
from helpdesk.api.queries import tokens_of_tenant
from helpdesk.desk.forms import SettingsForm, TokenForm
from helpdesk.desk.pages import desk_page
from helpdesk.tenants.actions import change_settings
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.queries import current_tenant


@role_required(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def settings_view(request: HttpRequest) -> HttpResponse:
    tenant = current_tenant()
    if request.method == "GET":
        return _page(request, tenant, form=_filled_form(tenant))
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, tenant, form=form, status=400)
    change_settings(tenant, changes=form.cleaned_data)
    messages.success(request, _("The settings are saved; they count from now on."))
    return redirect("desk:settings")


@role_required(Role.ADMIN)
@require_POST
@never_cache
def create_token_view(request: HttpRequest) -> HttpResponse:
    """Answers with the page that shows the new token, this once."""
    tenant, form = current_tenant(), TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, tenant, form=_filled_form(tenant), token_form=form, status=400)
    _token, plain = create_token(**form.cleaned_data, created_by=person_of(request))
    return _page(request, tenant, form=_filled_form(tenant), new_token=plain)


@role_required(Role.ADMIN)
@require_POST
def revoke_token_view(request: HttpRequest, token_id: UUID) -> HttpResponse:
    token = get_object_or_404(tokens_of_tenant(), pk=token_id)
    revoke_token(token, now=timezone.now())
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("desk:settings")


def _filled_form(tenant: Tenant) -> SettingsForm:
    return SettingsForm(initial={name: getattr(tenant, name) for name in SettingsForm.base_fields})


def _page(request: HttpRequest, tenant: Tenant, *, status: int = 200, **context: Any) -> HttpResponse:
    context = {"token_form": TokenForm(), "tokens": tokens_of_tenant(), "tenant": tenant, **context}
    context["public_url"] = settings.PUBLIC_URL
    return desk_page(request, "desk/settings.html", title=_("Settings"), status=status, **context)
