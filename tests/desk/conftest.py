"""A tenant with browsers signed in by role. What needs settings is imported late (see tests/api/conftest.py)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from helpdesk.tenants.models import Tenant


@pytest.fixture
def tenant(transactional_db: None) -> "Tenant":
    from tests import factories

    return factories.tenant()


@pytest.fixture
def browser_of(tenant: "Tenant") -> Callable[[str], Client]:
    """Makes a signed-in browser of a person with that role; the person is `browser.person`."""
    from helpdesk.accounts.models import Role
    from helpdesk.tenants.context import tenant_scope
    from tests import factories

    def sign_in(role: str = "agent", *, csrf: bool = False) -> Client:
        with tenant_scope(tenant.id):
            person = factories.member(Role(role), name=f"The {role}")
        browser = Client(enforce_csrf_checks=csrf)
        browser.cookies["sessionid"] = factories.session_cookie(person)
        browser.person = person  # type: ignore[attr-defined]
        return browser

    return sign_in


@pytest.fixture
def agent(browser_of: Callable[[str], Client]) -> Client:
    return browser_of("agent")
