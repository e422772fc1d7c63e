"""The review pages and their routes: who may see which recording, and what leaves the server."""

from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from assist.channel.models import AssistSession, SessionState
from helpdesk.accounts.models import Role
from helpdesk.audit.models import Action, AuditEvent
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.review.listing import PAGE_ROWS
from recordings.video.models import Recording, RecordingState, VideoSegment
from tests import factories
from tests.desks import Desk, signed_in

SEGMENT = b"segment of this session"
ROUTES = ("", "state/", "video/", "archive/0/0/")


def record(desk: Desk, *, own: bool = True, **values) -> Recording:
    """A recording with one archive segment and, where it is ready, a video; of the desk's agent or of a colleague."""
    with tenant_scope(desk.tenant.id):
        agent = desk.agent if own else factories.member(name="Colleague")
        session = factories.assist_session(agent=agent, state=SessionState.ENDED, started_at=timezone.now())
        segment = factories.archive_segment(session=session, sha256=sha256(SEGMENT).hexdigest())
        values = {"state": RecordingState.READY, "object_key": f"{segment.object_key}.mp4", **values}
        recording = factories.recording(session=session, **values)
    store.put(segment.object_key, SEGMENT)
    store.put(recording.object_key, b"video of this session", content_type="video/mp4")
    return recording


def statuses(client: Client, recording: Recording) -> list[int]:
    return [client.get(f"/desk/recordings/{recording.id}/{route}").status_code for route in ROUTES]


def test_agent_reviews_own_sessions_only(desk: Desk) -> None:
    mine, theirs = record(desk), record(desk, own=False)
    page = desk.client.get("/desk/recordings/").content.decode()
    assert str(mine.id) in page
    assert str(theirs.id) not in page
    assert [desk.client.get(f"/desk/recordings/{mine.id}/{route}").status_code for route in ROUTES] == [
        200,
        200,
        302,
        200,
    ]
    assert {desk.client.get(f"/desk/recordings/{theirs.id}/{route}").status_code for route in ROUTES} == {404}


OWN_ONLY = {
    "en": "You see the recordings of your own sessions; managers see all.",
    "zh-hans": "您可以看到自己会话的录像；主管可以看到全部录像。",
}


@pytest.mark.parametrize("language", OWN_ONLY)
def test_agent_is_told_that_others_see_more(desk: Desk, language: str) -> None:
    theirs = record(desk, own=False)
    headers = {"accept-language": language}
    for path, status in (("", 200), (f"{theirs.id}/", 404), (f"{uuid4()}/", 404)):
        answer = desk.client.get(f"/desk/recordings/{path}", headers=headers)
        assert answer.status_code == status
        assert OWN_ONLY[language] in answer.content.decode()


def test_recording_of_a_colleague_reads_like_none(desk: Desk) -> None:
    answers = [desk.client.get(f"/desk/recordings/{key}/") for key in (record(desk, own=False).id, uuid4())]
    assert answers[0].content == answers[1].content


def test_manager_is_not_told_of_limits(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        client = signed_in(factories.member(Role.MANAGER))
    for path in ("", f"{uuid4()}/"):
        assert OWN_ONLY["en"] not in client.get(f"/desk/recordings/{path}").content.decode()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_manager_reviews_all_sessions_of_the_tenant(desk: Desk, role: Role) -> None:
    recording = record(desk)
    with tenant_scope(desk.tenant.id):
        client = signed_in(factories.member(role))
    assert str(recording.id) in client.get("/desk/recordings/").content.decode()
    assert [client.get(f"/desk/recordings/{recording.id}/{route}").status_code for route in ROUTES] == [
        200,
        200,
        302,
        200,
    ]


def test_another_tenants_manager_sees_nothing(desk: Desk, other_desk: Desk) -> None:
    recording = record(desk)
    with tenant_scope(other_desk.tenant.id):
        client = signed_in(factories.member(Role.MANAGER))
    assert str(recording.id) not in client.get("/desk/recordings/").content.decode()
    assert set(statuses(client, recording)) == {404}
    facts = client.get(f"/desk/recordings/session/{recording.session_id}/").json()
    nothing = {"label": "", "percent": 0, "remaining_ms": None, "advice": "", "url": ""}
    assert facts == {"state": "preparing", **nothing}


def test_list_takes_as_many_queries_for_three_rows_as_for_one(desk: Desk) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.client.get("/desk/recordings/").status_code == 200
        return len(queries)

    record(desk)
    with_one = count()
    record(desk)
    record(desk)
    assert count() == with_one


def test_list_continues_after_its_last_row(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        for _ in range(PAGE_ROWS + 1):
            factories.recording(session=factories.assist_session(agent=desk.agent))
        newest_first = [str(pk) for pk in Recording.objects.order_by("-created_at").values_list("id", flat=True)]
    first = desk.client.get("/desk/recordings/")
    cursor = first.context["page"].next_cursor
    second = desk.client.get("/desk/recordings/", {"before": cursor})
    shown = [str(row.id) for answer in (first, second) for row in answer.context["page"].rows]
    assert shown == newest_first
    assert second.context["page"].next_cursor == ""


@pytest.mark.parametrize("cursor", ["x", "2026-01-01T00:00:00_x", "_", "2026-01-01T00:00:00+00:00_x"])
def test_list_refuses_a_made_up_cursor(desk: Desk, cursor: str) -> None:
    assert desk.client.get("/desk/recordings/", {"before": cursor}).status_code == 404


def test_page_holds_no_address_of_the_store(desk: Desk) -> None:
    recording = record(desk)
    page = desk.client.get(f"/desk/recordings/{recording.id}/").content.decode()
    assert recording.object_key not in page
    assert "X-Amz-Signature" not in page


def test_video_goes_to_an_address_that_expires(desk: Desk) -> None:
    recording = record(desk)
    address = urlsplit(desk.client.get(f"/desk/recordings/{recording.id}/video/")["Location"])
    assert address.path.endswith(recording.object_key)
    assert int(parse_qs(address.query)["X-Amz-Expires"][0]) <= 300


def test_page_may_play_from_the_store_and_run_no_inline_script(desk: Desk, settings) -> None:
    policy = desk.client.get(f"/desk/recordings/{record(desk).id}/")["Content-Security-Policy"]
    assert f"media-src 'self' {settings.S3_PUBLIC_ENDPOINT_URL}" in policy
    assert "unsafe" not in policy


def test_rendering_is_told_in_percent_with_the_time_left(desk: Desk) -> None:
    begun = timezone.now() - timedelta(seconds=30)
    recording = record(desk, state=RecordingState.RENDERING, rendering_at=begun)
    with tenant_scope(desk.tenant.id):
        factories.video_segment(recording=recording, done_at=timezone.now(), done_ms=1000, ends_ms=1000)
        factories.video_segment(recording=recording, done_ms=500, ends_ms=3000)
    facts = desk.client.get(f"/desk/recordings/{recording.id}/state/").json()
    assert facts.pop("remaining_ms") == pytest.approx(50_000, rel=0.1)
    url = f"/desk/recordings/{recording.id}/"
    assert facts == {"state": "rendering", "label": "Being rendered", "percent": 37, "advice": "", "url": url}
    assert desk.client.get(f"/desk/recordings/{recording.id}/video/").status_code == 404


def test_time_left_counts_what_was_rendered_since_the_last_try(desk: Desk) -> None:
    begun = timezone.now() - timedelta(seconds=10)
    recording = record(desk, state=RecordingState.RENDERING, rendering_at=begun)
    with tenant_scope(desk.tenant.id):
        factories.video_segment(recording=recording, done_at=begun - timedelta(hours=1), done_ms=1000)
        segment = factories.video_segment(recording=recording)
        facts = desk.client.get(f"/desk/recordings/{recording.id}/state/").json()
        assert (facts["percent"], facts["remaining_ms"]) == (50, None)
        VideoSegment.objects.filter(id=segment.id).update(done_ms=500)
    facts = desk.client.get(f"/desk/recordings/{recording.id}/state/").json()
    assert facts["remaining_ms"] == pytest.approx(10_000, rel=0.1)


def test_list_is_told_of_what_is_rendered_and_the_person_may_see(desk: Desk, other_desk: Desk) -> None:
    mine, theirs, strange = record(desk), record(desk, own=False), record(other_desk)
    query = "&".join(f"id={recording.id}" for recording in (mine, theirs, strange))
    told = desk.client.get(f"/desk/recordings/states/?{query}").json()
    assert {key: facts["state"] for key, facts in told.items()} == {str(mine.id): "ready"}
    assert desk.client.get("/desk/recordings/states/?id=x").status_code == 404


@pytest.mark.parametrize(
    ("started", "state", "outcome"),
    [
        (False, SessionState.ENDED, "none"),
        (True, SessionState.ENDED, "preparing"),
        (True, SessionState.LIVE, "preparing"),
    ],
)
def test_session_without_recording_says_why(desk: Desk, started: bool, state: str, outcome: str) -> None:
    with tenant_scope(desk.tenant.id):
        values = {"state": state, "started_at": timezone.now() if started else None}
        AssistSession.objects.filter(id=desk.session.id).update(**values)
    assert desk.client.get(f"/desk/recordings/session/{desk.session.id}/").json()["state"] == outcome


def test_failed_recording_is_rendered_again_on_request(desk: Desk) -> None:
    recording = record(desk, state=RecordingState.FAILED, failure="OSError: <no space>", failure_code="disk")
    page = desk.client.get(f"/desk/recordings/{recording.id}/").content.decode()
    advice = escape(recording.failure_advice)
    for told in ('data-testid="recording-retry"', "OSError: &lt;no space&gt;", advice):
        assert told in page
    assert advice in desk.client.get("/desk/recordings/").content.decode()
    assert desk.client.get(f"/desk/recordings/{recording.id}/retry/").status_code == 405
    for _twice in range(2):
        assert desk.client.post(f"/desk/recordings/{recording.id}/retry/").status_code == 302
    with tenant_scope(desk.tenant.id):
        assert Recording.objects.get(id=recording.id).state == RecordingState.PENDING
    assert b'data-testid="recording-retry"' not in desk.client.get(f"/desk/recordings/{recording.id}/").content


def test_others_can_not_have_a_recording_rendered_again(desk: Desk) -> None:
    recording = record(desk, own=False, state=RecordingState.FAILED)
    assert desk.client.post(f"/desk/recordings/{recording.id}/retry/").status_code == 404
    with tenant_scope(desk.tenant.id):
        assert Recording.objects.get(id=recording.id).state == RecordingState.FAILED


def test_looking_and_playing_is_in_the_audit_log(desk: Desk) -> None:
    recording = record(desk)
    for path in ("", "video/", "video/", "state/", "archive/0/0/"):
        desk.client.get(f"/desk/recordings/{recording.id}/{path}")
    with tenant_scope(desk.tenant.id):
        told = AuditEvent.objects.order_by("at").values_list("action", "actor_id", "object_id", "address")
        played_once = [
            (action, desk.agent.pk, recording.pk, "127.0.0.1")
            for action in (Action.RECORDING_VIEWED, Action.RECORDING_PLAYED)
        ]
        assert list(told) == played_once


def test_video_is_downloaded_by_managers_only_and_told(desk: Desk) -> None:
    path = f"/desk/recordings/{record(desk).id}/download/"
    assert desk.client.get(path).status_code == 403
    with tenant_scope(desk.tenant.id):
        manager = factories.member(Role.MANAGER)
    address = parse_qs(urlsplit(signed_in(manager).get(path)["Location"]).query)
    assert address["response-content-disposition"][0].startswith("attachment")
    with tenant_scope(desk.tenant.id):
        event = AuditEvent.objects.get()
        assert (event.action, event.actor_id) == (Action.RECORDING_DOWNLOADED, manager.pk)


def test_what_is_refused_is_not_told(desk: Desk) -> None:
    statuses(desk.client, record(desk, own=False))
    with tenant_scope(desk.tenant.id):
        assert not AuditEvent.objects.exists()
