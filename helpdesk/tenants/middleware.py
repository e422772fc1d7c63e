"""Where HTTP requests enter a tenant: one place for the desk, the API and the visitors' calls."""

from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

from helpdesk.tenants.context import tenant_scope

Entry = UUID | HttpResponseBase | None
FindTenant = Callable[[HttpRequest], Entry]


class TenantMiddleware:
    """Runs the rest of the request in the tenant's scope, in one transaction.

    `settings.TENANT_ENTRIES` maps a path prefix to a function `(request) -> tenant id | answer | None`; the longest
    prefix counts. An answer is given as it is (sign in first, no such token); None means that the path has no tenant.
    An answer of 400 or above writes nothing: its transaction is rolled back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        find_tenant = _entry_of(request.path_info)
        entry = find_tenant(request) if find_tenant else None
        if isinstance(entry, HttpResponseBase):
            return entry
        return self.get_response(request) if entry is None else self._in_tenant(entry, request)

    def _in_tenant(self, tenant_id: UUID, request: HttpRequest) -> HttpResponseBase:
        request.tenant_id = tenant_id  # type: ignore[attr-defined]
        with tenant_scope(tenant_id):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response


def _entry_of(path: str) -> FindTenant | None:
    for prefix, find_tenant in _entries():
        if path.startswith(prefix):
            return find_tenant
    return None


@cache
def _entries() -> list[tuple[str, FindTenant]]:
    entries = settings.TENANT_ENTRIES.items()
    return [(prefix, import_string(path)) for prefix, path in sorted(entries, key=lambda e: -len(e[0]))]
