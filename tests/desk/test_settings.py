"""Settings, queues, contacts and tokens at the desk."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import ProgrammingError
from django.test import Client

from assist.capture.models import NativeMapping
from assist.capture.queries import mapping_documents
from helpdesk.api.actions import create_token
from helpdesk.api.models import ApiToken
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Contact, Queue
from tests import factories
from tests.api.caller import Caller

GOOD = {
    "name": "New name",
    "language": "zh-hans",
    "link_ttl_seconds": "60",
    "answer_timeout_seconds": "30",
    "grace_seconds": "15",
    "recording_days": "90",
    "allowed_origins": "https://app.example.com\n\nhttp://localhost:*",
    "asset_hosts": "cdn.example.com\n *.example.com:8443",
    "consent_text": "We look at this page.",
    "video_shortens_idle": "on",
    "hours": json.dumps({"zone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}),
    "masking": "",
}


@pytest.fixture
def admin(browser_of: Callable[[str], Client]) -> Client:
    return browser_of("admin")


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_settings_are_for_admins(browser_of: Callable[[str], Client], role: str) -> None:
    browser = browser_of(role)
    assert browser.get("/desk/settings/").status_code == 403
    assert browser.post("/desk/settings/", GOOD).status_code == 403
    assert browser.post("/desk/settings/tokens/", {"name": "x", "scopes": ["tenant:read"]}).status_code == 403
    assert browser.post("/desk/settings/native-mappings/start/", {"name": "qt-widgets"}).status_code == 403
    assert browser.get("/desk/tickets/queue/").status_code == 403


def test_settings_are_kept(admin: Client, tenant: Tenant) -> None:
    assert admin.get("/desk/settings/").status_code == 200
    assert admin.post("/desk/settings/", GOOD).status_code == 302
    with tenant_scope(tenant.id):
        kept = Tenant.objects.get()
    assert (kept.name, kept.link_ttl_seconds, kept.language) == ("New name", 60, "zh-hans")
    assert kept.allowed_origins == ["https://app.example.com", "http://localhost:*"]
    assert kept.asset_hosts == ["cdn.example.com", "*.example.com:8443"]
    assert kept.hours["zone"] == "UTC"
    assert kept.masking == {}
    assert (kept.video_shortens_idle, kept.video_has_frame) == (True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"allowed_origins": "https://a.example/path"},
        {"asset_hosts": "https://a.example"},
        {"hours": '{"zone": "Mars"}'},
        {"hours": "{"},
        {"masking": '{"show": []}'},
        {"masking": "[]"},
        {"link_ttl_seconds": "0"},
        {"grace_seconds": "3601"},
        {"consent_text": "x" * 4001},
    ],
)
def test_settings_refuse_what_rest_refuses(admin: Client, tenant: Tenant, wrong: dict[str, str]) -> None:
    answer = admin.post("/desk/settings/", GOOD | wrong)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == list(wrong)
    with tenant_scope(tenant.id):
        assert Tenant.objects.get().name == tenant.name


def test_ready_mapping_is_started_from_once(admin: Client, tenant: Tenant) -> None:
    start = "/desk/settings/native-mappings/start/"
    assert admin.post(start, {"name": "qt-widgets"}).status_code == 302
    with tenant_scope(tenant.id):
        NativeMapping.objects.update(document={**NativeMapping.objects.get().document, "pages": ["till/*"]})
    assert admin.post(start, {"name": "qt-widgets"}).status_code == 302
    page = admin.get("/desk/settings/").content.decode()
    assert "till/*" in page
    assert Caller(token_of(tenant))("GET", "/tenant/").json()["rules_public_key"] in page
    with tenant_scope(tenant.id):
        flat = mapping_documents()["qt-widgets"]
    assert len(flat["rules"]) > 40
    assert "extends" not in json.dumps(flat)
    assert admin.post(start, {"name": "tk"}).status_code == 404


def token_of(tenant: Tenant) -> str:
    with tenant_scope(tenant.id):
        return create_token("Test", scopes=["tenant:read"])[1]


def test_token_is_shown_once_and_works_until_revoked(admin: Client, tenant: Tenant) -> None:
    answer = admin.post("/desk/settings/tokens/", {"name": "Shop", "scopes": ["tenant:read"]})
    plain = answer.context["new_token"]
    assert plain in answer.content.decode()
    assert plain not in admin.get("/desk/settings/").content.decode()
    assert Caller(plain)("GET", "/tenant/").status_code == 200
    with tenant_scope(tenant.id):
        token = ApiToken.objects.get()
        assert plain not in token.token_hash
    assert admin.post(f"/desk/settings/tokens/{token.pk}/revoke/").status_code == 302
    assert Caller(plain)("GET", "/tenant/").status_code == 401


def test_token_of_another_tenant_can_not_be_revoked(admin: Client) -> None:
    other = factories.tenant()
    with tenant_scope(other.id):
        token = factories.api_token()
    assert admin.post(f"/desk/settings/tokens/{token.pk}/revoke/").status_code == 404
    with tenant_scope(other.id):
        assert ApiToken.objects.get().revoked_at is None


def test_queues_have_one_default(admin: Client, tenant: Tenant) -> None:
    for name in ("First", "Second"):
        assert admin.post("/desk/tickets/queue/add/", {"name": name, "is_default": "on"}).status_code == 302
    with tenant_scope(tenant.id):
        assert [(q.name, q.is_default) for q in Queue.objects.order_by("name")] == [("First", False), ("Second", True)]
    answer = admin.post("/desk/tickets/queue/add/", {"name": "First"})
    assert "name" in answer.context["adminform"].form.errors


def test_contacts_keep_their_addresses_apart(agent: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        ada = factories.contact(name="Ada", email="ada@contacts.example")
        bob = factories.contact(name="Bob", email="bob@contacts.example")
    assert agent.get("/desk/tickets/contact/").status_code == 200
    path = f"/desk/tickets/contact/{bob.pk}/change/"
    assert agent.post(path, {"name": "Bob", "email": "ADA@contacts.example"}).status_code == 200
    assert agent.post(path, {"name": "Robert", "email": "Robert@contacts.example"}).status_code == 302
    with tenant_scope(tenant.id):
        assert Contact.objects.get(pk=bob.pk).email == "robert@contacts.example"
        assert Contact.objects.get(pk=ada.pk).name == "Ada"


def test_contact_of_another_tenant_is_not_there(agent: Client) -> None:
    with tenant_scope(factories.tenant().id):
        contact = factories.contact(name="Foreign")
    answer: Any = agent.get(f"/desk/tickets/contact/{contact.pk}/change/", follow=True)
    assert "Foreign" not in answer.content.decode()


def test_nothing_is_deleted_or_logged_outside_tenants(admin: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        contact = factories.contact()
    assert admin.post(f"/desk/tickets/contact/{contact.pk}/delete/", {"post": "yes"}).status_code == 404
    assert admin.post(f"/desk/tickets/contact/{contact.pk}/change/", {"name": "N", "email": ""}).status_code == 302
    with pytest.raises(ProgrammingError, match="permission denied"):
        LogEntry.objects.exists()
