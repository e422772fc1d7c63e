"""Holds, erasures and deletions over the REST API: who may, what is answered, and what the audit log has of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from assist.channel.models import AssistSession
from helpdesk.accounts.models import Role
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.keeping import tasks
from recordings.keeping.deletion import delete_session
from tests import factories, factories_keeping
from tests.api.caller import Caller
from tests.desks import signed_in
from tests.keeping.kept import EMAIL, EXTERNAL_ID, kept_session
from tests.keeping.waiting import wait_for_locks


def caller(tenant: Tenant, *scopes: str) -> Caller:
    with tenant_scope(tenant.id):
        return Caller(create_token("Test", scopes=scopes or [Scope.RECORDINGS_ERASE, Scope.RECORDINGS_READ])[1])


@pytest.fixture
def session(tenant: Tenant) -> AssistSession:
    with tenant_scope(tenant.id):
        return kept_session(tenant)


def told(tenant: Tenant) -> list[tuple[str, Any]]:
    with tenant_scope(tenant.id):
        return list(AuditEvent.objects.order_by("at").values_list("action", "object_id"))


def test_hold_keeps_a_recording_until_it_is_released(tenant: Tenant, session: AssistSession) -> None:
    call, body = caller(tenant), {"session": str(session.id), "reason": "Case 4"}
    hold = call("POST", "/legal-holds/", body)
    assert (hold.status_code, hold.json()["reason"]) == (201, "Case 4")
    assert [row["id"] for row in call("GET", "/legal-holds/").json()["results"]] == [hold.json()["id"]]
    assert call("POST", "/legal-holds/", body).json()["code"] == "held"
    refused = call("DELETE", f"/recordings/{session.recording.id}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")
    assert call("DELETE", f"/legal-holds/{hold.json()['id']}/").status_code == 204
    assert call("DELETE", f"/recordings/{session.recording.id}/").status_code == 204
    assert call("GET", f"/recordings/{session.recording.id}/").status_code == 404
    actions = ["hold.placed", "hold.released", "session.deleted"]
    assert told(tenant) == [(action, session.id) for action in actions]


def test_who_comes_while_a_session_is_deleted_hears_that_it_is_gone(tenant: Tenant, session: AssistSession) -> None:
    with tenant_scope(tenant.id):
        manager = signed_in(factories.member(Role.MANAGER))
    own, body = f"recordings/{session.recording.id}/", {"session": str(session.id), "reason": "x"}
    one, other = caller(tenant), caller(tenant)  # calls with one token wait for each other
    calls = [
        lambda: one("DELETE", f"/{own}"),
        lambda: other("POST", "/legal-holds/", body),
        lambda: manager.post(f"/desk/{own}delete/", follow=True),
        lambda: manager.post(f"/desk/{own}hold/", body, follow=True),
    ]
    with ThreadPoolExecutor(len(calls)) as threads:
        with tenant_scope(tenant.id):
            delete_session(session.id, action=Action.SESSION_DELETED, actor=SYSTEM, now=timezone.now())
            answers = [threads.submit(_and_hang_up, call) for call in calls]
            wait_for_locks(len(calls))
        said = [(answer.result().status_code, answer.result().content.decode()) for answer in answers]
    assert [status for status, _text in said] == [409, 409, 200, 200]
    assert all("Somebody else has deleted this recording" in text for _status, text in said)


def _and_hang_up(call: Callable[[], Any]) -> Any:
    try:
        return call()
    finally:
        connection.close()


def test_erasure_is_begun_followed_and_reported(tenant: Tenant, session: AssistSession) -> None:
    call = caller(tenant)
    begun = call("POST", "/erasures/", {"email": EMAIL, "reference": "DSR-17"})
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    address = f"/erasures/{begun.json()['id']}/"
    assert call("GET", address).json()["progress"]["waiting"] == 1
    tasks.erase_task(str(tenant.id), begun.json()["id"])
    assert call("GET", address).json()["progress"]["erased"] == 1
    report = call("GET", f"{address}report/").json()
    assert (report["state"], report["reference"], report["left"]) == ("done", "DSR-17", [])
    assert [action for action, _id in told(tenant)] == ["erasure.begun", "erasure.done"]


def test_erasure_needs_somebody_who_asked_for_help(tenant: Tenant, session: AssistSession) -> None:
    call = caller(tenant)
    assert call("POST", "/erasures/", {}).json()["errors"][0]["code"] == "nobody_named"
    assert call("POST", "/erasures/", {"email": "no@visitors.example"}).json()["code"] == "nothing_found"
    assert call("POST", "/erasures/", {"external_id": EXTERNAL_ID}).status_code == 202


def test_each_call_needs_its_scope_and_its_tenant(tenant: Tenant, other_tenant: Tenant, session: AssistSession) -> None:
    with tenant_scope(tenant.id):
        hold, erasure = factories_keeping.legal_hold(), factories_keeping.erasure()
    calls = [
        ("DELETE", f"/recordings/{session.recording.id}/", None, 404),
        ("DELETE", f"/legal-holds/{hold.id}/", None, 404),
        ("POST", "/legal-holds/", {"session": str(session.id), "reason": "x"}, 400),
        ("POST", "/legal-holds/", {"session": str(uuid4()), "reason": "x"}, 400),
        ("GET", f"/erasures/{erasure.id}/", None, 404),
        ("GET", f"/erasures/{erasure.id}/report/", None, 404),
        ("POST", "/erasures/", {"email": EMAIL}, 409),
    ]
    reader, stranger = caller(tenant, Scope.RECORDINGS_READ), caller(other_tenant)
    for method, path, body, refusal in calls:
        assert reader(method, path, body).json()["code"] == "missing_scope", path
        assert stranger(method, path, body).status_code == refusal, path


def test_days_are_settings_of_the_tenant_and_of_its_queues(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        queue = factories.queue()
    call = caller(tenant, Scope.TENANT_READ, Scope.TENANT_WRITE, Scope.TICKETS_READ)
    assert call("PATCH", "/tenant/", {"recording_days": 90}).json()["recording_days"] == 90
    assert call("PATCH", "/tenant/", {"recording_days": -1}).status_code == 400
    assert call("PATCH", f"/queues/{queue.id}/", {"recording_days": 0}).json()["recording_days"] == 0
    assert call("PATCH", f"/queues/{queue.id}/", {"recording_days": 40_000}).status_code == 400
    assert call("GET", "/queues/").json()[0]["recording_days"] == 0
