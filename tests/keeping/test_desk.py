"""Holding, deleting and erasing at the desk."""

import json
from typing import Any

import pytest

from assist.channel.models import AssistSession
from helpdesk.accounts.models import Role
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.keeping import tasks
from recordings.keeping.models import Erasure, LegalHold
from tests import factories
from tests.desks import signed_in
from tests.keeping.kept import EMAIL, NAME, kept_session


@pytest.fixture
def session(tenant: Tenant) -> AssistSession:
    with tenant_scope(tenant.id):
        return kept_session(tenant)


def client(tenant: Tenant, role: Role) -> Any:
    with tenant_scope(tenant.id):
        return signed_in(factories.member(role))


def test_manager_holds_releases_and_deletes(tenant: Tenant, session: AssistSession) -> None:
    manager, address = client(tenant, Role.MANAGER), f"/desk/recordings/{session.recording.id}/"
    assert b'data-testid="delete-recording"' in manager.get(address).content
    assert "give a reason" in manager.post(f"{address}hold/", {}, follow=True).content.decode()
    held = manager.post(f"{address}hold/", {"reason": "Case 4"}, follow=True).content.decode()
    assert "Case 4" in held
    assert "Held: the recording stays" in held
    assert "delete-recording" not in held
    assert "release it, then delete" in manager.post(f"{address}delete/", follow=True).content.decode()
    released = manager.post(f"{address}hold/release/", follow=True).content.decode()
    assert "Case 4" not in released
    assert "The hold is released." in released
    assert b"The recording is deleted" in manager.post(f"{address}delete/", follow=True).content
    assert manager.get(address).status_code == 404


def test_agents_and_strangers_hold_and_delete_nothing(
    tenant: Tenant, other_tenant: Tenant, session: AssistSession
) -> None:
    with tenant_scope(tenant.id):
        agent = factories.member()
        AssistSession.objects.update(agent=agent)
    own, stranger = signed_in(agent), client(other_tenant, Role.ADMIN)
    address = f"/desk/recordings/{session.recording.id}/"
    assert b"recording-keeping" not in own.get(address).content
    for path in ("hold/", "hold/release/", "delete/"):
        assert own.post(f"{address}{path}", {"reason": "x"}).status_code == 403
        assert stranger.post(f"{address}{path}", {"reason": "x"}).status_code == 404
    assert own.get("/desk/erasures/").status_code == 403
    assert "desk/erasures" not in own.get("/desk/").content.decode()
    with tenant_scope(tenant.id):
        assert (LegalHold.objects.count(), AssistSession.objects.count()) == (0, 1)


def test_erasure_is_asked_twice_and_followed(tenant: Tenant, other_tenant: Tenant, session: AssistSession) -> None:
    manager, who = client(tenant, Role.MANAGER), {"email": EMAIL, "reference": "DSR-17"}
    assert manager.post("/desk/erasures/", {"email": ""}).status_code == 400
    assert b"nothing to erase" in manager.post("/desk/erasures/", {"email": "no@visitors.example"}).content
    assert b"1 request is found" in manager.post("/desk/erasures/", who).content
    with tenant_scope(tenant.id):
        assert not Erasure.objects.exists()
    begun = manager.post("/desk/erasures/", {**who, "confirmed": "1"}, follow=True)
    address = begun.redirect_chain[0][0]
    assert b'http-equiv="refresh"' in begun.content
    tasks.erase_task(str(tenant.id), address.split("/")[-2])
    done = manager.get(address).content.decode()
    assert 'data-state="done"' in done
    assert 'http-equiv="refresh"' not in done
    report = manager.get(f"{address}report/")
    assert json.loads(report.content)["reference"] == "DSR-17"
    assert not [said for said in (EMAIL, NAME) if said in report.content.decode() + done]
    stranger = client(other_tenant, Role.ADMIN)
    assert [stranger.get(address + path).status_code for path in ("", "report/")] == [404, 404]
