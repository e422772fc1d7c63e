"""The agents' web admin: an unfold site of our own, in the tenant that `TenantMiddleware` has entered."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog
from unfold.sites import UnfoldAdminSite

# What unfold's scripts (Alpine, htmx) need beyond the policy of all other pages.
UNFOLD_POLICY = {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "font-src": ["'self'"],
}


class DeskSite(UnfoldAdminSite):
    """Rights come from the membership; of the stock site only lists and forms are left, no log, search or accounts."""

    site_title = site_header = "Alongside"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return getattr(request, "membership", None) is not None

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return csp_update(UNFOLD_POLICY)(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        return redirect("account_login")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        tenant_name = request.membership.tenant_name  # type: ignore[attr-defined]
        return {**super().each_context(request), "site_header": tenant_name, "site_subheader": "Alongside"}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        from helpdesk.tickets.models import Ticket

        return self._registry[Ticket].changelist_view(request, extra_context)

    def get_urls(self) -> list[URLPattern]:
        from helpdesk.desk import views

        own = [
            path("", self.admin_view(self.index), name="index"),
            path("jsi18n/", self.admin_view(self.catalogue, cacheable=True), name="jsi18n"),
            path("logout/", LogoutView.as_view(next_page="account_login"), name="logout"),
            # Lists and forms link to it from their headings.
            re_path("^(?P<app_label>tickets|recordings_review)/$", self.admin_view(self.to_inbox), name="app_list"),
            *views.url_patterns(self.admin_view),
        ]
        models = [pattern for admin in self._registry.values() for pattern in admin.get_urls()]
        return [*own, *models]

    def to_inbox(self, request: HttpRequest, app_label: str) -> HttpResponseBase:
        return redirect("desk:index")

    def catalogue(self, request: HttpRequest) -> HttpResponseBase:
        return JavaScriptCatalog.as_view(packages=["django.contrib.admin"])(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Nothing: the sidebar is `helpdesk.desk.navigation`."""
        return []


desk_site = DeskSite(name="desk")
desk_site.index_title = _("Inbox")
