"""The list of waiting requests: accepting, declining, being too late, and who may see what."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assist.channel.models import AssistSession, EndReason, SessionState
from assist.requests.models import AssistRequest, RequestState
from helpdesk.audit.models import AuditEvent
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.desks import Desk, signed_in


def waiting(desk: Desk, **values) -> AssistRequest:
    with tenant_scope(desk.tenant.id):
        return factories.assist_request(**values)


def row_of(desk: Desk, request: AssistRequest) -> AssistRequest:
    with tenant_scope(desk.tenant.id):
        return AssistRequest.objects.get(id=request.id)


def test_list_says_who_waits_where_and_why(desk: Desk) -> None:
    request = waiting(desk, visitor_name="Visitor", page_title="Basket", note="It is <b>empty</b>")
    page = desk.client.get("/desk/assist/").content.decode()
    assert f'data-request-id="{request.id}"' in page
    assert "Visitor" in page
    assert "Basket" in page
    assert request.page_url in page
    assert "It is &lt;b&gt;empty&lt;/b&gt;" in page


def test_list_shows_no_other_tenants_requests(desk: Desk, other_desk: Desk) -> None:
    request = waiting(other_desk, note="Theirs alone")
    for path in ("/desk/assist/", "/desk/assist/rows/"):
        assert "Theirs alone" not in desk.client.get(path).content.decode()
    assert desk.client.post(f"/desk/assist/requests/{request.id}/accept/").status_code == 404
    assert desk.client.get(f"/desk/assist/{other_desk.session.id}/").status_code == 404
    assert desk.client.post(f"/desk/assist/{other_desk.session.id}/end/").status_code == 404
    assert row_of(other_desk, request).state == RequestState.PENDING


def test_list_takes_as_many_queries_for_three_rows_as_for_one(desk: Desk) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.client.get("/desk/assist/").status_code == 200
        return len(queries)

    waiting(desk)
    with_one = count()
    for _ in range(2):
        waiting(desk)
        with tenant_scope(desk.tenant.id):
            factories.assist_session(agent=desk.agent, state=SessionState.LIVE)
            factories.assist_session(agent=desk.agent, state=SessionState.ENDED)
    assert count() == with_one


def test_accepting_leads_to_the_console_with_the_invite_link(desk: Desk) -> None:
    request = waiting(desk)
    answer = desk.client.post(f"/desk/assist/requests/{request.id}/accept/")
    with tenant_scope(desk.tenant.id):
        session = AssistSession.objects.get(request=request)
    assert answer["Location"] == f"/desk/assist/{session.id}/"
    console = desk.client.get(answer["Location"]).content.decode()
    assert 'data-state="waiting"' in console
    assert f"{request.page_url}#alongside=" in console


def test_accepting_too_late_says_who_was_faster(desk: Desk) -> None:
    request = waiting(desk, visitor_name="Visitor")
    with tenant_scope(desk.tenant.id):
        colleague = factories.member(name="Colleague")
    signed_in(colleague).post(f"/desk/assist/requests/{request.id}/accept/")
    answer = desk.client.post(f"/desk/assist/requests/{request.id}/accept/")
    assert answer.status_code == 409
    assert "Colleague was faster and has accepted the request of Visitor." in answer.content.decode()


def test_declining_keeps_the_reason_for_the_visitor(desk: Desk) -> None:
    request = waiting(desk)
    desk.client.post(f"/desk/assist/requests/{request.id}/decline/", {"reason": " Please call us. "})
    row = row_of(desk, request)
    assert (row.state, row.decline_reason) == (RequestState.DECLINED, "Please call us.")


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_answering_an_unknown_request_is_not_found(desk: Desk, action: str) -> None:
    assert desk.client.post(f"/desk/assist/requests/{uuid4()}/{action}/").status_code == 404


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_a_get_changes_nothing(desk: Desk, action: str) -> None:
    request = waiting(desk)
    assert desk.client.get(f"/desk/assist/requests/{request.id}/{action}/").status_code == 405
    assert row_of(desk, request).state == RequestState.PENDING


def test_answering_without_csrf_token_is_refused(desk: Desk) -> None:
    request = waiting(desk)
    client = signed_in(desk.agent, enforce_csrf_checks=True)
    assert client.post(f"/desk/assist/requests/{request.id}/accept/").status_code == 403


def test_ending_a_live_session_says_by_whom(desk: Desk) -> None:
    desk.client.post(f"/desk/assist/{desk.session.id}/end/")
    with tenant_scope(desk.tenant.id):
        session = AssistSession.objects.get(id=desk.session.id)
        told = AuditEvent.objects.get(object_id=session.pk)
    assert (session.state, session.end_reason) == (SessionState.ENDED, EndReason.AGENT_ENDED)
    assert (told.action, told.actor_id, told.at) == ("session.ended", desk.agent.pk, session.ended_at)


def test_ending_before_consent_kills_the_link(desk: Desk) -> None:
    request = waiting(desk)
    console = desk.client.post(f"/desk/assist/requests/{request.id}/accept/")["Location"]
    desk.client.post(f"{console}end/")
    with tenant_scope(desk.tenant.id):
        session = AssistSession.objects.select_related("link").get(request=request)
    assert session.end_reason == EndReason.LINK_REVOKED
    assert session.link.revoked_at is not None


def test_pages_of_the_console_run_no_inline_script(desk: Desk) -> None:
    for path in ("/desk/assist/", f"/desk/assist/{desk.session.id}/", "/desk/recordings/"):
        policy = desk.client.get(path)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy


def test_pages_ask_strangers_to_sign_in(desk: Desk, client) -> None:
    for path in ("/desk/assist/", "/desk/assist/rows/", f"/desk/assist/{desk.session.id}/"):
        answer = client.get(path, headers={"host": "localhost:8000"})
        assert answer["Location"].startswith("/accounts/login/")
