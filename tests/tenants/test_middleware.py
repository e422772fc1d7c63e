"""A request is one transaction in one tenant."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from helpdesk.tenants import middleware
from helpdesk.tenants.context import TenantNotSet, current_tenant_id, tenant_scope
from helpdesk.tenants.middleware import TenantMiddleware
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Queue
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Tenant:
    tenant = factories.tenant()
    entries: list[tuple[str, Callable[[HttpRequest], Any]]] = [
        ("/in/closed/", lambda request: HttpResponse("no", status=401)),
        ("/in/", lambda request: tenant.id),
    ]
    monkeypatch.setattr(middleware, "_entries", lambda: entries)
    return tenant


def respond(path: str, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    return TenantMiddleware(view)(RequestFactory().get(path))  # type: ignore[return-value]


def writing(status: int) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        factories.queue(name="written")
        return HttpResponse(status=status)

    return view


def was_written(tenant: Tenant) -> bool:
    with tenant_scope(tenant.id):
        return Queue.objects.filter(name="written").exists()


def test_path_with_a_tenant_runs_in_its_scope(tenant: Tenant) -> None:
    answer = respond("/in/", lambda request: HttpResponse(str(current_tenant_id())))
    assert answer.content.decode() == str(tenant.id)


def test_path_without_a_tenant_has_none(tenant: Tenant) -> None:
    with pytest.raises(TenantNotSet):
        respond("/out/", lambda request: HttpResponse(str(current_tenant_id())))


def test_answer_of_the_entry_is_final_and_the_longest_prefix_counts(tenant: Tenant) -> None:
    assert respond("/in/closed/", writing(200)).status_code == 401
    assert not was_written(tenant)


@pytest.mark.parametrize("status", [200, 302])
def test_good_answer_keeps_what_was_written(tenant: Tenant, status: int) -> None:
    respond("/in/", writing(status))
    assert was_written(tenant)


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_answer_of_an_error_writes_nothing(tenant: Tenant, status: int) -> None:
    respond("/in/", writing(status))
    assert not was_written(tenant)
    assert not connection.in_atomic_block
