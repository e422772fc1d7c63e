"""Recordings by the REST API: fields, the video at an address that expires, and the events."""

import io
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.utils import timezone

from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from recordings.video.models import Recording, RecordingState
from tests import factories
from tests.api.caller import Caller

VIDEO = bytes(range(256)) * 40


def caller(tenant: Tenant, *scopes: str) -> Caller:
    with tenant_scope(tenant.id):
        return Caller(create_token("Test", scopes=scopes or [Scope.RECORDINGS_READ])[1])


def ready_recording(tenant: Tenant, **values: Any) -> Recording:
    with tenant_scope(tenant.id):
        key = object_key(tenant.id, "recordings", "video.mp4")
        store.put(key, VIDEO, content_type="video/mp4")
        chapter = {
            "page_id": 65537,
            "title": "Home",
            "url": "http://x/",
            "kind": "html",
            "starts_ms": 0,
            "ends_ms": 900,
        }
        facts = {"object_key": key, "sha256": "0" * 64, "video_bytes": len(VIDEO), "duration_ms": 900}
        ready = {"state": RecordingState.READY, "ready_at": timezone.now(), "chapters": [chapter]}
        return factories.recording(**{**ready, **facts, **values})


def test_recording_of_a_session_is_found(tenant: Tenant) -> None:
    recording = ready_recording(tenant)
    with tenant_scope(tenant.id):
        factories.recording()
    answer = caller(tenant)("GET", f"/recordings/?session={recording.session_id}").json()
    assert [row["id"] for row in answer["results"]] == [str(recording.id)]
    row = answer["results"][0]
    assert (row["state"], row["duration_ms"], row["video_bytes"]) == ("ready", 900, len(VIDEO))
    assert [page["title"] for page in row["pages"]] == ["Home"]


def test_video_is_at_an_expiring_address_that_answers_ranges(tenant: Tenant) -> None:
    answer = caller(tenant)("GET", f"/recordings/{ready_recording(tenant).id}/video/")
    assert answer.status_code == 302
    assert "X-Amz-Expires=600" in answer["Location"]
    ranged = urllib.request.Request(answer["Location"], headers={"Range": "bytes=256-511"})
    with urllib.request.urlopen(ranged) as part:
        assert (part.status, part.read()) == (206, VIDEO[256:512])
    bare = urlunsplit(urlsplit(answer["Location"])._replace(query=""))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(bare)


def test_video_that_is_not_ready_is_a_conflict(tenant: Tenant) -> None:
    recording = ready_recording(tenant, state=RecordingState.RENDERING)
    answer = caller(tenant)("GET", f"/recordings/{recording.id}/video/")
    assert (answer.status_code, answer.json()["code"]) == (409, "video_not_ready")


@pytest.mark.parametrize("path", ["", "video/", "events/"])
def test_recordings_need_their_scope_and_their_tenant(tenant: Tenant, path: str) -> None:
    address = f"/recordings/{ready_recording(tenant).id}/{path}"
    assert caller(tenant, Scope.TICKETS_READ)("GET", address).status_code == 403
    assert caller(factories.tenant())("GET", address).status_code == 404


def test_events_come_in_order_one_a_line(tenant: Tenant, recorded: Any, ended: Callable[..., Any]) -> None:
    recording = ended()
    answer = caller(tenant)("GET", f"/recordings/{recording.id}/events/")
    assert answer["Content-Type"] == "application/x-ndjson"
    events = [json.loads(line) for line in io.BytesIO(b"".join(answer))]
    names = [event["name"] for event in events]
    assert names.index("page_enter") < names.index("snapshot") < names.index("pointer")
    assert names.count("page_enter") + names.count("history") == 4


def test_downloads_over_the_api_are_in_the_audit_log(tenant: Tenant) -> None:
    recording, call = ready_recording(tenant), caller(tenant)
    for path in ("", "video/", "video/", "events/"):
        call("GET", f"/recordings/{recording.id}/{path}")
    with tenant_scope(tenant.id):
        told = list(AuditEvent.objects.order_by("at").values_list("action", "actor_kind", "object_id"))
    actions = [Action.RECORDING_DOWNLOADED, Action.RECORDING_DOWNLOADED, Action.RECORDING_EVENTS_READ]
    assert told == [(action, "token", recording.pk) for action in actions]
