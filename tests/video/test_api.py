"""Recordings by the REST API: fields, the video at an address that expires, and the events."""

import csv
import hashlib
import io
import json
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.utils import timezone

from assist.channel.protocol import decode_frame
from assist.pages.subtrees import _canonical
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants import store, streaming
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.streaming import STREAMS_A_TENANT, take_slot
from recordings.archive import journal
from recordings.archive.events import EventReader
from recordings.archive.export.assets import archive_assets
from recordings.archive.export.rrweb import Converter
from recordings.archive.export.tree import Node
from recordings.video.models import Recording, RecordingState, VideoSegment
from tests import factories
from tests.api.caller import Caller
from tests.capture import sites
from tests.video.conftest import chromium

# As `recorded.archive` has it.
OFFSET_MS = 7000
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


def test_failed_recording_says_what_to_do_and_is_rendered_again(tenant: Tenant) -> None:
    failed = {"state": RecordingState.FAILED, "failure": "OSError: full", "failure_code": "disk"}
    recording = ready_recording(tenant, **failed)
    with tenant_scope(tenant.id):
        factories.video_segment(recording=recording, done_at=timezone.now(), done_ms=1000, object_key="kept")
        factories.video_segment(recording=recording, attempts=3, done_ms=700)
    call = caller(tenant, Scope.RECORDINGS_READ, Scope.RECORDINGS_WRITE)
    told = call("GET", f"/recordings/{recording.id}/").json()
    assert (told["failure_code"], told["progress"]["done_ms"], told["progress"]["of_ms"]) == ("disk", 1700, 2000)
    assert "make room" in told["failure_advice"]
    assert caller(tenant)("POST", f"/recordings/{recording.id}/retry/").status_code == 403
    assert (
        caller(factories.tenant(), Scope.RECORDINGS_WRITE)("POST", f"/recordings/{recording.id}/retry/").status_code
        == 404
    )
    answer = call("POST", f"/recordings/{recording.id}/retry/")
    assert (answer.status_code, answer.json()["state"], answer.json()["failure_advice"]) == (202, "pending", "")
    with tenant_scope(tenant.id):
        segments = VideoSegment.objects.filter(recording=recording).order_by("number")
        assert [(row.object_key, row.attempts, row.done_ms) for row in segments] == [("kept", 0, 1000), ("", 0, 0)]
    again = call("POST", f"/recordings/{recording.id}/retry/")
    assert (again.status_code, again.json()["code"]) == (409, "not_failed")


@pytest.mark.parametrize("path", ["", "video/", "events/", "rrweb/", "log/", "export/"])
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
        call("GET", f"/recordings/{recording.id}/{path}").close()
    with tenant_scope(tenant.id):
        told = list(AuditEvent.objects.order_by("at").values_list("action", "actor_kind", "object_id"))
    actions = [Action.RECORDING_DOWNLOADED, Action.RECORDING_DOWNLOADED, Action.RECORDING_EVENTS_READ]
    assert told == [(action, "token", recording.pk) for action in actions]


@pytest.mark.parametrize("path", ["events/", "rrweb/", "log/", "export/"])
def test_too_many_exports_are_refused_until_one_has_ended(tenant: Tenant, path: str) -> None:
    recording, call = ready_recording(tenant), caller(tenant)
    slots = [take_slot(tenant.id) for _ in range(STREAMS_A_TENANT)]
    refused = call("GET", f"/recordings/{recording.id}/{path}")
    assert (refused.status_code, refused["Retry-After"]) == (429, "30")
    assert (refused.json()["code"], "in 30 seconds" in refused.json()["detail"]) == ("too_many_exports", True)
    with tenant_scope(tenant.id):
        assert not AuditEvent.objects.exists()
    for slot in slots:
        slot.release()
    answer = call("GET", f"/recordings/{recording.id}/{path}")
    answer.close()
    assert answer.status_code == 200


def test_busy_process_says_when_to_try_again(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_free", threading.Semaphore(0))
    refused = caller(tenant)("GET", f"/recordings/{ready_recording(tenant).id}/log/")
    assert (refused.status_code, refused["Retry-After"], refused.json()["code"]) == (503, "30", "busy")


@pytest.fixture
def exported(tenant: Tenant, ended: Callable[..., Any]) -> zipfile.ZipFile:
    """The ZIP of a recording that is ready, made once for all tests."""
    return zipfile.ZipFile(io.BytesIO(_zip.get("zip") or _export(tenant, ended())))


_zip: dict[str, bytes] = {}


def _export(tenant: Tenant, recording: Recording) -> bytes:
    with tenant_scope(tenant.id):
        key = object_key(tenant.id, "recordings", recording.id, "video.mp4")
        store.put(key, VIDEO)
        Recording.objects.filter(id=recording.id).update(state=RecordingState.READY, object_key=key)
    answer = caller(tenant)("GET", f"/recordings/{recording.id}/export/")
    assert answer.status_code == 200
    _zip["zip"] = b"".join(answer)
    with tenant_scope(tenant.id):
        event = AuditEvent.objects.get(action=Action.RECORDING_EXPORTED)
    assert (event.object_id, event.details) == (recording.id, {"kind": "zip"})
    return _zip["zip"]


def test_zip_has_everything_whole(exported: zipfile.ZipFile, recorded: Any) -> None:
    assert exported.testzip() is None
    assert exported.read("video.mp4") == VIDEO
    names = [json.loads(line)["name"] for line in exported.read("events.ndjson").splitlines()]
    assert names.count("page_enter") + names.count("history") == 4
    assets = {name.removeprefix("assets/") for name in exported.namelist() if name.startswith("assets/")}
    assert assets == set(recorded.assets)
    assert all(hashlib.sha256(exported.read(f"assets/{name}")).hexdigest() == name for name in sorted(assets)[:3])
    assert json.loads(exported.read("session.json"))["assets"].keys() == assets


def test_log_is_a_table_without_formulas(exported: zipfile.ZipFile) -> None:
    rows = list(csv.DictReader(io.StringIO(exported.read("log.csv").decode())))
    click = next(row for row in rows if row["name"] == "click")
    assert json.loads(click["details"])[0] in ("focus", "mousedown")
    assert (click["title"], int(click["at_ms"]) > 0) == ("SB Admin 2 - Dashboard", True)


def test_stock_rrweb_player_shows_what_the_visitor_read(exported: zipfile.ZipFile, recorded: Any) -> None:
    events = [json.loads(line) for line in exported.read("rrweb.ndjson").splitlines()]
    assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)
    assert not [event for event in events if event["data"].get("tag") == "alongside.fault"]
    with chromium() as browser:
        page = browser.new_page()
        page.route("**/*", lambda route: route.abort())
        page.add_script_tag(path=sites.ROOT / "node_modules/rrweb/dist/rrweb.umd.min.cjs")
        page.evaluate("events => { window.player = new rrweb.Replayer(events, {root: document.body}) }", events)
        for checkpoint in recorded.checkpoints:
            at_ms = checkpoint.at_ms + OFFSET_MS - events[0]["timestamp"]
            page.evaluate("at => player.pause(at)", at_ms)
            page.frames[1].wait_for_function("text => document.body.innerText === text", arg=checkpoint.text)


def test_exported_states_are_those_that_the_visitor_named(tenant: Tenant, ended: Callable[..., Any]) -> None:
    """Each checkpoint has the digest of the visitor's own tree at that point."""
    with tenant_scope(tenant.id):
        session = ended().session
        converter, reader = Converter(archive_assets(session.id)), EventReader()
        named = []
        for entry in journal.read(session):
            list(converter.read(entry))
            digests = [event["data"][0] for event in reader.read(entry) if event["name"] == "checkpoint"]
            if digests:  # the last thing that its frame says
                tree = converter.page(decode_frame(entry.frame).page).tree
                named.append((digests[-1], digest_of(tree)[: len(digests[-1])]))
    assert len(named) > 5
    assert [ours for _theirs, ours in named] == [theirs for theirs, _ours in named]


def digest_of(tree: Any) -> str:
    return hashlib.sha256(_canonical(bare(tree.root), 0).encode()).hexdigest()


def bare(node: Node) -> Any:
    """As snapshots have it, without ids."""
    match node.kind:
        case 3:
            return node.text
        case 4 | 8:
            return [node.kind, node.text]
        case 10:
            return [10, *node.names]
    own = [node.tag, node.attributes] if node.tag else []
    return [node.kind, *own, [bare(child) for child in node.children], *([node.extra] if node.extra else [])]
