"""How people at the desk enter their tenant (`settings.TENANT_ENTRIES`)."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from helpdesk.accounts.queries import desk_membership
from helpdesk.tenants.middleware import Entry


def desk_tenant(request: HttpRequest) -> Entry:
    """The tenant of the desk session; sets `request.membership`. Others are asked to sign in, choose, or leave."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    membership, must_choose = desk_membership(request.user.pk, session=request.session)
    if membership:
        request.membership = membership  # type: ignore[attr-defined]
        return membership.tenant_id
    if must_choose:
        return redirect(f"{reverse('choose_tenant')}?{urlencode({'next': request.get_full_path()})}")
    return render(request, "accounts/no_membership.html", status=403)
