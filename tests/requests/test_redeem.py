"""M4: from the consent to the first hello, and links that die in between."""

import pytest
from django.utils import timezone

from assist.channel.actions import end_session, visitor_seen
from assist.channel.models import AssistSession, SessionState
from assist.links.models import ConsentReceipt
from assist.requests.delivery import link_of
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.requests.links import accept, call, in_threads, redeem, token_of
from tests.requests.test_answer import rest

pytestmark = pytest.mark.django_db(transaction=True)


def test_answer_that_was_lost_is_given_again_until_the_hello(tenant, agent):
    _id, url = accept(tenant, agent)
    token = token_of(url)
    landed = call(tenant, "land", token).json()
    lost, again = (redeem(tenant, token, landed) for _ in range(2))
    assert (lost.status_code, again.status_code) == (200, 200), again.content
    with tenant_scope(tenant.pk):
        session = AssistSession.objects.get(pk=again.json()["session_id"])
        # The token that was lost opens nothing any more.
        assert session.visitor_token_hash == factories.digest(again.json()["channel_token"])
        assert ConsentReceipt.objects.count() == 1
        visitor_seen(session.pk, tab=0, now=timezone.now())
    assert redeem(tenant, token, landed).json()["code"] == "used"


def test_two_answers_to_one_landing_at_once_are_one_consent(tenant, agent):
    _id, url = accept(tenant, agent)
    token = token_of(url)
    landed = call(tenant, "land", token).json()
    answers = in_threads(4, lambda _number: redeem(tenant, token, landed).json())
    with tenant_scope(tenant.pk):
        assert ConsentReceipt.objects.count() == 1
        good = AssistSession.objects.get().visitor_token_hash
    assert [factories.digest(answer["channel_token"]) for answer in answers].count(good) == 1


def test_who_agreed_may_refuse_until_the_hello(tenant, agent):
    _id, url = accept(tenant, agent)
    landed = call(tenant, "land", token_of(url)).json()
    redeem(tenant, token_of(url), landed)
    assert call(tenant, "refuse", token_of(url), landing=landed["landing"]).status_code == 204
    with tenant_scope(tenant.pk):
        assert AssistSession.objects.get().end_reason == "consent_refused"
    assert redeem(tenant, token_of(url), landed).json()["code"] == "revoked"


def test_refusing_ends_no_session_that_has_begun(tenant, agent):
    _id, url = accept(tenant, agent)
    landed = call(tenant, "land", token_of(url)).json()
    session_id = redeem(tenant, token_of(url), landed).json()["session_id"]
    with tenant_scope(tenant.pk):
        visitor_seen(session_id, tab=0, now=timezone.now())
    call(tenant, "refuse", token_of(url), landing=landed["landing"])
    with tenant_scope(tenant.pk):
        assert AssistSession.objects.get().state == SessionState.LIVE


@pytest.mark.parametrize("has_landed", [False, True])
def test_ending_a_waiting_session_kills_its_link(tenant, agent, has_landed):
    _id, url = accept(tenant, agent)
    token = token_of(url)
    landed = call(tenant, "land", token).json()
    with tenant_scope(tenant.pk):
        session = AssistSession.objects.get()
    ended = rest(tenant, agent)("POST", f"/assist/sessions/{session.pk}/end/").json()
    assert (ended["state"], ended["end_reason"]) == ("ended", "agent_ended")
    answer = redeem(tenant, token, landed) if has_landed else call(tenant, "land", token)
    assert (answer.status_code, answer.json()["code"]) == (410, "revoked")
    with tenant_scope(tenant.pk):
        assert not ConsentReceipt.objects.exists()
        assert link_of(session.request_id, tenant_id=tenant.pk) is None


def test_consent_and_the_end_at_once_leave_no_half(tenant, agent):
    """Either the visitor is in a session that has ended, or the link was dead; nobody waits for the other."""
    for _ in range(4):
        request_id, url = accept(tenant, agent)
        token = token_of(url)
        landed = call(tenant, "land", token).json()

        def end(request_id=request_id):
            with tenant_scope(tenant.pk):
                session = AssistSession.objects.get(request=request_id)
                end_session(session.pk, reason="agent_ended", now=timezone.now())

        def agree(token=token, landed=landed):
            return redeem(tenant, token, landed)

        _none, answer = in_threads(2, lambda number, both=(end, agree): both[number]())
        assert answer.status_code == 200 or answer.json()["code"] == "revoked", answer.content
        with tenant_scope(tenant.pk):
            assert AssistSession.objects.get(request=request_id).state == SessionState.ENDED
