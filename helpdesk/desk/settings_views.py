"""The tenant's settings and API tokens, for admins."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assist.capture.actions import put_mapping
from assist.capture.queries import mapping_of_name, mappings_by_name
from assist.capture.ready import ready_mappings
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
from helpdesk.tenants.signing import public_key_of


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


@role_required(Role.ADMIN)
@require_POST
def start_mapping_view(request: HttpRequest) -> HttpResponse:
    """A mapping of the tenant's own that extends the ready one, to be changed over the API."""
    name = request.POST.get("name", "")
    ready = ready_mappings().get(name)
    if ready is None:
        raise Http404
    if mapping_of_name(name):
        messages.warning(request, _("There is a mapping “%(name)s” already: it is left as it is.") % {"name": name})
    else:
        put_mapping(name, document=ready.beginning())
        messages.success(request, _("The mapping “%(name)s” counts from now on.") % {"name": name})
    return redirect(f"{reverse('desk:settings')}#native-mappings")


def _filled_form(tenant: Tenant) -> SettingsForm:
    return SettingsForm(initial={name: getattr(tenant, name) for name in SettingsForm.base_fields})


def _page(request: HttpRequest, tenant: Tenant, *, status: int = 200, **context: Any) -> HttpResponse:
    context = {"token_form": TokenForm(), "tokens": tokens_of_tenant(), "tenant": tenant, **context}
    context |= {"public_url": settings.PUBLIC_URL, "rules_public_key": public_key_of(tenant.id)}
    context |= {"mappings": mappings_by_name(), "ready_mappings": ready_mappings().values()}
    return desk_page(request, "desk/settings.html", title=_("Settings"), status=status, **context)
