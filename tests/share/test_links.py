"""Share links: who makes them, what they show to whom, how they die, and what of it is told."""

import json
import urllib.request
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.accounts.models import Role
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.audit.actors import SYSTEM
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from recordings.share.actions import BadLife, TooManyLinks, create_share_link
from recordings.share.models import ShareLink
from recordings.video.models import Recording, RecordingState
from tests import factories
from tests.api.caller import Caller
from tests.desks import Desk, signed_in

WHO = {"name": "Guest", "email": "guest@elsewhere.example"}
VIDEO = bytes(range(256)) * 4


def recorded(desk: Desk, **values: Any) -> Recording:
    with tenant_scope(desk.tenant.id):
        key = object_key(desk.tenant.id, "recordings", "video.mp4")
        store.put(key, VIDEO, content_type="video/mp4")
        session = factories.assist_session(agent=desk.agent)
        return factories.recording(**{"session": session, "state": RecordingState.READY, "object_key": key, **values})


def share(desk: Desk, recording: Recording, **values: Any) -> str:
    """The token of a new link."""
    with tenant_scope(desk.tenant.id):
        wanted = {"hours": 1, "note": "", "actor": SYSTEM, "created_by": None, "now": timezone.now(), **values}
        return create_share_link(recording, **wanted)[1].partition("#")[2]


def post(path: str, client: Client | None = None, **body: Any) -> HttpResponse:
    return (client or Client()).post(f"/shared/{path}/", json.dumps(body), content_type="application/json")


def watch(token: str, **who: str) -> HttpResponse:
    given = post("begin", token=token, **{**WHO, **who})
    return post("video", token=token, **{"pass": given.json().get("pass", "")})


def told(desk: Desk) -> list[tuple[str, str]]:
    with tenant_scope(desk.tenant.id):
        return list(AuditEvent.objects.order_by("at").values_list("action", "actor_name"))


def test_guest_watches_under_a_watermark_from_an_address_that_soon_expires(desk: Desk) -> None:
    token = share(desk, recorded(desk))
    looked = post("look", token=token).json()
    assert (looked.keys(), looked["signed_in_as"]) == ({"tenant", "expires_at", "signed_in_as"}, "")
    given = post("begin", token=token, **WHO).json()
    assert given["watermark"].startswith("Guest <guest@elsewhere.example> · ")
    assert given["watermark"].endswith(f"{timezone.now():%Y-%m-%d %H:%M} UTC")
    address = post("video", token=token, **{"pass": given["pass"]}).json()["url"]
    assert int(parse_qs(urlsplit(address).query)["X-Amz-Expires"][0]) <= 300
    ranged = urllib.request.Request(address, headers={"Range": "bytes=10-19"})
    with urllib.request.urlopen(ranged) as part:
        assert (part.status, part.read()) == (206, VIDEO[10:20])


def test_what_is_shared_is_told_without_the_query_of_its_page(desk: Desk) -> None:
    request = {"page_title": "", "page_url": "https://shop.example/orders?key=secret#top"}
    with tenant_scope(desk.tenant.id):
        session = factories.assist_session(request=factories.assist_request(**request))
    token = share(desk, recorded(desk, session=session))
    assert post("begin", token=token, **WHO).json()["title"] == "https://shop.example/orders"


def test_page_is_the_same_for_every_link_and_holds_none(desk: Desk) -> None:
    page = Client().get("/shared/")
    assert page.status_code == 200
    assert b"X-Amz" not in page.content
    assert "unsafe" not in page["Content-Security-Policy"]
    assert Client().get("/shared/look/").status_code == 405


def test_dead_links_are_refused_alike_with_the_same_work(desk: Desk) -> None:
    recording = recorded(desk)
    first, second, third = (share(desk, recording) for _ in range(3))
    with tenant_scope(desk.tenant.id):
        newest = iter(ShareLink.objects.order_by("-created_at"))
        ShareLink.objects.filter(pk=next(newest).pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        ShareLink.objects.filter(pk=next(newest).pk).update(expires_at=timezone.now())
        ShareLink.objects.filter(pk=next(newest).pk).update(revoked_at=timezone.now())
    answers = []
    for token in (first, second, third, "x" * 43, "", None, 7, "x" * 1000, "\ud800"):
        for path in ("look", "begin", "video"):
            with CaptureQueriesContext(connection) as queries:
                answer = post(path, token=token, **WHO, **{"pass": "x"})
            answers.append((answer.status_code, answer.content, len(queries)))
    assert set(answers) == {(404, answers[0][1], 1)}


def test_pass_is_of_one_link_and_not_forged(desk: Desk) -> None:
    recording = recorded(desk)
    one, other = share(desk, recording), share(desk, recording)
    given = post("begin", token=one, **WHO).json()["pass"]
    assert post("video", token=other, **{"pass": given}).status_code == 403
    for forged in ("", "x", given[:-1] + "x", None, {}, "\ud800"):
        assert post("video", token=one, **{"pass": forged}).status_code == 403


def test_revoked_link_stops_who_already_watches(desk: Desk) -> None:
    token = share(desk, recorded(desk))
    given = post("begin", token=token, **WHO).json()["pass"]
    with tenant_scope(desk.tenant.id):
        manager, link = factories.member(Role.MANAGER), ShareLink.objects.get()
    path = f"/desk/recordings/{link.recording_id}/shares/{link.pk}/revoke/"
    assert desk.client.post(path).status_code == 403
    assert signed_in(manager).post(path).status_code == 302
    assert post("video", token=token, **{"pass": given}).status_code == 404


UNNAMED: list[dict[str, Any]] = [
    {},
    {"name": ["x"]},
    {"name": "A", "email": "x"},
    *({**WHO, "name": name} for name in ("", "\ud800", "a\x00", "a\nb", "x" * 201)),
]


@pytest.mark.parametrize("who", UNNAMED)
def test_who_looks_has_to_be_said(desk: Desk, who: dict[str, Any]) -> None:
    assert post("begin", token=share(desk, recorded(desk)), **who).json()["code"] == "who"


def test_person_who_is_signed_in_is_named_by_the_account(desk: Desk) -> None:
    token = share(desk, recorded(desk))
    given = post("begin", desk.client, token=token, name="Somebody else", email="else@x.example").json()
    assert given["watermark"].startswith(f"Agent <{desk.agent.email}>")


def test_everything_about_a_link_is_in_the_audit_log(desk: Desk) -> None:
    token = share(desk, recorded(desk))
    for name in ("Guest", "Guest", "Other"):
        watch(token, name=name)
    with tenant_scope(desk.tenant.id):
        link = ShareLink.objects.get()
        event = AuditEvent.objects.filter(action=Action.SHARE_OPENED).first()
    assert event
    assert (event.object_id, event.actor_id, event.address) == (link.recording_id, link.pk, "127.0.0.1")
    one, other = (f"{name} <guest@elsewhere.example>" for name in ("Guest", "Other"))
    opened, played = Action.SHARE_OPENED, Action.SHARE_PLAYED
    first = [(Action.SHARE_MADE, ""), (opened, one), (played, one)]
    assert told(desk) == [*first, (opened, one), (opened, other), (played, other)]


def test_video_that_is_not_ready_is_not_shared(desk: Desk) -> None:
    assert watch(share(desk, recorded(desk, state=RecordingState.RENDERING))).json()["code"] == "video_not_ready"


def test_manager_makes_a_link_that_is_shown_once_and_kept_as_hash(desk: Desk) -> None:
    recording = recorded(desk)
    path = f"/desk/recordings/{recording.pk}/shares/"
    assert desk.client.post(path, {"hours": 24}).status_code == 403
    with tenant_scope(desk.tenant.id):
        client = signed_in(factories.member(Role.MANAGER, name="Ada"))
    url = client.post(path, {"hours": 24, "note": "for legal"}).context["new_url"]
    assert url.encode() not in client.get(path).content
    token = url.partition("/shared/#")[2]
    assert len(token) == 43
    with tenant_scope(desk.tenant.id):
        assert token not in str(list(ShareLink.objects.values()))
        assert ShareLink.objects.get().expires_at < timezone.now() + timedelta(hours=24)
    assert watch(token).status_code == 200
    assert client.post(path, {"hours": 9999}).status_code == 400


def test_links_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = recorded(desk)
    for hours in (0, 30 * 24 + 1):
        with pytest.raises(BadLife):
            share(desk, recording, hours=hours)
    monkeypatch.setattr("recordings.share.actions.OPEN_LINKS_MAX", 1)
    share(desk, recording)
    with pytest.raises(TooManyLinks):
        share(desk, recording)


def test_links_over_the_api(desk: Desk) -> None:
    recording = recorded(desk)
    with tenant_scope(desk.tenant.id):
        writes = Caller(create_token("Test", scopes=[Scope.RECORDINGS_READ, Scope.RECORDINGS_WRITE])[1])
        reads = Caller(create_token("Test", scopes=[Scope.RECORDINGS_READ])[1])
    wanted = {"recording": str(recording.pk), "hours": 2, "note": "legal"}
    assert reads("POST", "/share-links/", wanted).status_code == 403
    made = writes("POST", "/share-links/", wanted).json()
    token = made["url"].partition("#")[2]
    assert watch(token).status_code == 200
    listed = reads("GET", f"/share-links/?recording={recording.pk}").json()["results"]
    assert [(row["id"], row["note"], "url" in row) for row in listed] == [(made["id"], "legal", False)]
    for _twice in range(2):
        assert writes("POST", f"/share-links/{made['id']}/revoke/").json()["revoked_at"]
    assert watch(token).status_code == 404
    assert [action for action, _who in told(desk)].count(Action.SHARE_REVOKED) == 1
    assert writes("POST", "/share-links/", {**wanted, "hours": 721}).status_code == 400
