"""One visitor's sessions are erased: rows, archive, videos, assets; the report says so, and what is left and why."""

import json
from threading import Event, Thread
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.db import connection
from django.utils import timezone

from assist.channel.models import AssistSession, SessionState
from assist.links.models import ConsentReceipt
from assist.pages import locks
from assist.pages.actions import refer_to
from assist.pages.locks import share_assets
from assist.pages.models import Asset, Page, SessionAsset
from assist.requests.models import AssistRequest
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from recordings.archive.models import ArchiveSegment
from recordings.keeping import queries, tasks
from recordings.keeping.deletion import delete_session
from recordings.keeping.erasures import begin_erasure
from recordings.keeping.holds import place_hold, release_hold
from recordings.keeping.models import Doomed, Erasure, ErasureItem, ErasureState
from recordings.video.models import Recording, RecordingState
from tests.keeping.kept import EMAIL, EXTERNAL_ID, NAME, NOTE, kept_asset, kept_session, keys_below, valkey_keys
from tests.keeping.waiting import wait_for_locks

GONE = (AssistSession, ArchiveSegment, Recording, Page, SessionAsset, Doomed)


def begin(tenant: Tenant, **who: str) -> Erasure:
    """Without workers: each test runs the task itself."""
    with tenant_scope(tenant.id):
        return begin_erasure(**(who or {"email": EMAIL}), person=None, actor=SYSTEM, now=timezone.now())


def run(tenant: Tenant, erasure: Erasure) -> dict[str, Any]:
    """The report after a worker's run."""
    tasks.erase_task(str(tenant.id), str(erasure.id))
    with tenant_scope(tenant.id):
        return queries.report(Erasure.objects.get(id=erasure.id))


def rows(tenant: Tenant) -> dict[str, int]:
    with tenant_scope(tenant.id):
        return {model.__name__: model.objects.count() for model in GONE}


def test_nothing_of_the_visitor_is_left_and_the_report_says_so(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        shared = kept_asset(tenant)
        own = kept_asset(tenant)
        mine = [kept_session(tenant, assets=[shared, own]), kept_session(tenant, email=EMAIL.upper(), assets=[own])]
        other = kept_session(tenant, email="other@visitors.example", assets=[shared])
        AssistRequest.objects.filter(id=other.request_id).update(visitor_external_id="user-18")
    before = keys_below(tenant.id)
    report = run(tenant, begin(tenant, email=EMAIL, external_id=EXTERNAL_ID))
    assert (report["state"], report["requests"], report["left"]) == ("done", 2, [])
    assert report["removed"] == {
        "blanked.AssistRequest": 2,
        "blanked.ConsentReceipt": 2,
        "bytes.recordings": 72,
        "bytes.sessions": 14,
        "kept.shared_assets": 1,
        "objects.assets": 1,
        "objects.recordings": 6,
        "objects.sessions": 2,
        "rows.ArchiveSegment": 2,
        "rows.AssistSession": 2,
        "rows.Page": 2,
        "rows.Recording": 2,
        "rows.SessionAsset": 3,
        "rows.VideoSegment": 2,
    }
    after = keys_below(tenant.id)
    assert len(before) - len(after) == 1 + 6 + 2
    assert not [key for key in after for session in mine if str(session.id) in key or own.sha256 in key]
    assert not [key for session in mine for key in valkey_keys(tenant.id, session.id)]
    assert rows(tenant) == {**dict.fromkeys(rows(tenant), 1), "Doomed": 0}
    with tenant_scope(tenant.id):
        told = json.dumps([list(model.objects.values()) for model in (AssistRequest, ConsentReceipt)], default=str)
        assert told.count(EMAIL) == 0
        assert told.count(NAME) == 2 * 1  # of the other visitor's request and receipt
        assert list(Asset.objects.values_list("sha256", flat=True)) == [shared.sha256]
    for personal in (NAME, EMAIL, EMAIL.upper(), NOTE, EXTERNAL_ID):
        assert personal not in json.dumps(report)


def test_a_legal_hold_makes_it_wait_and_say_so(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        held, free = kept_session(tenant), kept_session(tenant)
        hold = place_hold(held.id, reason="Case 4", person=None, actor=SYSTEM, now=timezone.now())
    erasure = begin(tenant)
    report = run(tenant, erasure)
    assert report["state"] == "waiting"
    assert report["left"] == [{"session": str(held.id), "why": "held", "since": hold.placed_at.isoformat()}]
    assert keys_below(tenant.id, "sessions", held.id)
    assert not keys_below(tenant.id, "sessions", free.id)
    with tenant_scope(tenant.id):
        assert AssistRequest.objects.get(id=held.request_id).visitor_email == EMAIL
        release_hold(hold, actor=SYSTEM, now=timezone.now())
    report = run(tenant, erasure)
    assert (report["state"], report["left"], report["removed"]["rows.AssistSession"]) == ("done", [], 2)
    assert not keys_below(tenant.id, "sessions", held.id)


def test_a_session_that_goes_on_makes_it_wait(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        session = kept_session(tenant, state=SessionState.LIVE, ended_at=None, archive_closed_at=None)
        AssistSession.objects.filter(id=session.id).update(ended_at=None)
    erasure = begin(tenant)
    assert [left["why"] for left in run(tenant, erasure)["left"]] == ["live"]
    with tenant_scope(tenant.id):
        AssistSession.objects.update(
            state=SessionState.ENDED, ended_at=timezone.now(), archive_closed_at=timezone.now()
        )
    assert run(tenant, erasure)["state"] == "done"


def test_a_video_that_is_being_rendered_makes_it_wait(tenant: Tenant) -> None:
    """That worker would write again what was erased."""
    with tenant_scope(tenant.id):
        session = kept_session(tenant)
        Recording.objects.update(state=RecordingState.RENDERING)
    erasure = begin(tenant)
    assert [left["why"] for left in run(tenant, erasure)["left"]] == ["live"]
    assert keys_below(tenant.id, "sessions", session.id)
    with tenant_scope(tenant.id):
        Recording.objects.update(state=RecordingState.FAILED)
    assert run(tenant, erasure)["state"] == "done"


def test_what_a_deletion_has_left_is_waited_for(tenant: Tenant, monkeypatch: Any) -> None:
    """A manager deletes while the store is away, then erases the visitor: not erased until the objects are gone."""
    with tenant_scope(tenant.id):
        session = kept_session(tenant)
        delete_session(session.id, action=Action.SESSION_DELETED, actor=SYSTEM, now=timezone.now())
    first, second = begin(tenant), begin(tenant)

    def away(_folder: str) -> None:
        raise EndpointConnectionError(endpoint_url="")

    with monkeypatch.context() as patched:
        patched.setattr(store, "delete_below", away)
        for erasure in (first, second):
            with pytest.raises(EndpointConnectionError):
                run(tenant, erasure)
    with tenant_scope(tenant.id):
        assert set(ErasureItem.objects.values_list("state", flat=True)) == {"objects"}
    assert keys_below(tenant.id, "sessions", session.id)
    reports = [run(tenant, erasure) for erasure in (first, second)]
    assert [report["state"] for report in reports] == ["done", "done"]
    assert reports[0]["removed"]["objects.sessions"] == 1
    assert keys_below(tenant.id) == []


class Killed(BaseException):
    """As if the worker had been killed here."""


@pytest.mark.parametrize("place", ["delete_below", "delete_many"])
@pytest.mark.parametrize("is_after", [False, True])
def test_a_killed_worker_is_gone_on_from(tenant: Tenant, monkeypatch: Any, place: str, is_after: bool) -> None:
    """Wherever it was killed, the report of the one that goes on says what one run would have."""
    with tenant_scope(tenant.id):
        kept_session(tenant)
    erasure, real = begin(tenant), getattr(store, place)

    def killed(*args: Any) -> None:
        if is_after:
            real(*args)
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(store, place, killed)
        tasks.erase_task(str(tenant.id), str(erasure.id))
    assert rows(tenant)["Doomed"] > 0
    report = run(tenant, erasure)
    assert report["state"] == "done"
    assert {kind: count for kind, count in report["removed"].items() if kind.startswith("objects")} == {
        "objects.assets": 1,
        "objects.recordings": 3,
        "objects.sessions": 1,
    }
    assert keys_below(tenant.id) == []
    assert set(rows(tenant).values()) == {0}
    assert run(tenant, erasure) == report


def test_a_store_that_is_away_leaves_it_running(tenant: Tenant, settings: Any) -> None:
    with tenant_scope(tenant.id):
        kept_session(tenant)
    erasure, address = begin(tenant), settings.S3_ENDPOINT_URL
    settings.S3_ENDPOINT_URL = "http://127.0.0.1:1"
    store.client.cache_clear()
    with pytest.raises(EndpointConnectionError):
        tasks.erase_task(str(tenant.id), str(erasure.id))
    settings.S3_ENDPOINT_URL = address
    store.client.cache_clear()
    with tenant_scope(tenant.id):
        assert Erasure.objects.get().state == ErasureState.RUNNING
    assert run(tenant, erasure)["state"] == "done"
    assert keys_below(tenant.id) == []


def test_an_asset_that_is_shown_again_meanwhile_stays(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        asset = kept_asset(tenant)
        kept_session(tenant, assets=[asset])
        live = kept_session(tenant, email="b@visitors.example", state=SessionState.LIVE, assets=[])
        AssistRequest.objects.filter(id=live.request_id).update(visitor_external_id="")
    erasure = begin(tenant)
    with tenant_scope(tenant.id):
        assert refer_to(live.id, asset.sha256)
    report = run(tenant, erasure)
    assert report["removed"]["kept.shared_assets"] == 1
    assert store.get(keys_below(tenant.id, "assets")[0]) == b"asset"


def test_an_upload_under_way_is_waited_for(tenant: Tenant) -> None:
    """What it is about to refer to is not taken away; once it is over the erasure goes on."""
    with tenant_scope(tenant.id):
        kept_session(tenant)
    erasure, shared, over = begin(tenant), Event(), Event()

    def upload() -> None:
        with tenant_scope(tenant.id):
            share_assets()
            shared.set()
            over.wait(30)
        connection.close()

    uploading = Thread(target=upload)
    uploading.start()
    assert shared.wait(30)
    tasks.erase_task(str(tenant.id), str(erasure.id))
    assert keys_below(tenant.id, "assets")
    over.set()
    uploading.join()
    assert run(tenant, erasure)["state"] == "done"
    assert not keys_below(tenant.id, "assets")


def test_uploads_that_follow_each_other_do_not_hold_it_up(tenant: Tenant, monkeypatch: Any) -> None:
    """Who comes after it waits for it, as it waits for who came before."""
    monkeypatch.setattr(locks, "WAIT_MS", 20_000)
    with tenant_scope(tenant.id):
        kept_session(tenant)
    erasure = begin(tenant)

    def work() -> None:
        tasks.erase_task(str(tenant.id), str(erasure.id))
        connection.close()

    erasing = Thread(target=work)
    with tenant_scope(tenant.id):
        share_assets()
        erasing.start()
        wait_for_locks()
    erasing.join()
    assert not keys_below(tenant.id, "assets")
    with tenant_scope(tenant.id):
        assert Erasure.objects.get().state == ErasureState.DONE


def test_requests_without_a_session_are_forgotten_too(tenant: Tenant, other_tenant: Tenant) -> None:
    from tests import factories

    for each in (tenant, other_tenant):
        with tenant_scope(each.id):
            factories.assist_request(visitor_email=EMAIL, note=NOTE, state="declined")
    report = run(tenant, begin(tenant))
    assert report["removed"] == {"blanked.AssistRequest": 1}
    with tenant_scope(other_tenant.id):
        assert AssistRequest.objects.get().visitor_email == EMAIL


def test_the_sweep_goes_on_with_what_was_left(tenant: Tenant, monkeypatch: Any) -> None:
    with tenant_scope(tenant.id):
        kept_session(tenant)
    erasure = begin(tenant)
    queued: list[str] = []
    monkeypatch.setattr(tasks.erase_task, "delay", lambda tenant_id, erasure_id: queued.append(erasure_id))
    tasks.resume_task(str(tenant.id))
    assert queued == [str(erasure.id)]
    run(tenant, erasure)
    tasks.resume_task(str(tenant.id))
    assert queued == [str(erasure.id)]
