"""Who gets to the desk, and to which tenant's."""

from http import HTTPStatus
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from helpdesk.accounts.actions import set_role
from helpdesk.accounts.models import Membership, Role, User
from helpdesk.accounts.roles import role_required
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.lookups import memberships_of
from helpdesk.tenants.models import Tenant
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/desk/assist/"


def browser_of(person: User) -> Client:
    browser = Client(headers={"host": "localhost:8000"})
    browser.cookies[settings.SESSION_COOKIE_NAME] = factories.session_cookie(person)
    return browser


def join(person: User, tenant: Tenant, role: Role = Role.AGENT) -> None:
    with tenant_scope(tenant.id):
        set_role(person, role=role)


def test_desk_without_sign_in_leads_to_it_and_back() -> None:
    answer = Client(headers={"host": "localhost:8000"}).get(PAGE)
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, f"/accounts/login/?next={PAGE}")


def test_desk_without_membership_says_so() -> None:
    answer = browser_of(factories.user()).get(PAGE)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "belongs to no helpdesk" in answer.content.decode()


def test_desk_with_one_membership_opens() -> None:
    person = factories.user()
    join(person, factories.tenant())
    assert browser_of(person).get(PAGE).status_code == HTTPStatus.OK


def test_desk_closes_at_once_when_the_membership_is_taken_away() -> None:
    person, tenant = factories.user(), factories.tenant()
    join(person, tenant)
    browser = browser_of(person)
    assert browser.get(PAGE).status_code == HTTPStatus.OK
    with tenant_scope(tenant.id):
        Membership.objects.filter(user=person).delete()
    assert browser.get(PAGE).status_code == HTTPStatus.FORBIDDEN


def test_desk_with_two_memberships_asks_which_and_keeps_the_answer() -> None:
    person, one, two = factories.user(), factories.tenant("one"), factories.tenant("two")
    join(person, one)
    join(person, two)
    browser = browser_of(person)
    answer = browser.get(PAGE)
    assert answer["Location"] == "/accounts/tenant/?next=%2Fdesk%2Fassist%2F"
    page = browser.get(answer["Location"]).content.decode()
    assert {one.name, two.name} <= set(page.split())
    chosen = browser.post("/accounts/tenant/", {"tenant": str(two.id), "next": PAGE})
    assert chosen["Location"] == PAGE
    assert browser.get(PAGE).status_code == HTTPStatus.OK
    assert browser.session["tenant_id"] == str(two.id)


def test_choosing_a_tenant_of_others_is_refused() -> None:
    person, own, other = factories.user(), factories.tenant(), factories.tenant()
    join(person, own)
    browser = browser_of(person)
    for tenant_id in (other.id, uuid4(), "x"):
        answer = browser.post("/accounts/tenant/", {"tenant": str(tenant_id)})
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "tenant_id" not in browser.session


def test_choosing_never_leads_to_another_site() -> None:
    person, tenant = factories.user(), factories.tenant()
    join(person, tenant)
    answer = browser_of(person).post("/accounts/tenant/", {"tenant": str(tenant.id), "next": "https://evil.example/"})
    assert answer["Location"] == "/desk/"


def test_entering_the_tenant_costs_one_look_up_and_one_setting() -> None:
    person = factories.user()
    join(person, factories.tenant())
    browser = browser_of(person)
    with CaptureQueriesContext(connection) as outside:
        browser.get("/accounts/tenant/")
    with CaptureQueriesContext(connection) as inside:
        browser.get("/desk/there/is/no/such/page/")
    assert len(_statements(outside)) == len(["session", "person", "memberships"])
    assert len(_statements(inside)) == len(["session", "person", "memberships", "set_config"])


def _statements(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if query["sql"] not in ("BEGIN", "COMMIT", "ROLLBACK")]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("needed", Role)
def test_role_required_lets_in_that_role_and_those_above(role: Role, needed: Role) -> None:
    person = factories.user()
    join(person, factories.tenant(), role)
    request = RequestFactory().get("/")
    request.membership = memberships_of(person.pk)[0]  # type: ignore[attr-defined]
    view = role_required(needed)(lambda request: HttpResponse("in"))
    if list(Role).index(role) >= list(Role).index(needed):
        assert view(request).status_code == HTTPStatus.OK
    else:
        with pytest.raises(PermissionDenied):
            view(request)


def test_role_required_refuses_who_has_no_membership() -> None:
    with pytest.raises(PermissionDenied):
        role_required(Role.AGENT)(lambda request: HttpResponse("in"))(RequestFactory().get("/"))
