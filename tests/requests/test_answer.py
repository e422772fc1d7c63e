"""M2 to M4: answering a request, the link, and its consent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assist.channel.answer import AlreadyAnswered, accept_request, decline_request, revoke_link
from assist.channel.models import AssistSession, SessionState
from assist.links.actions import expire
from assist.links.models import ConsentReceipt, InviteLink
from assist.requests.actions import give_up_request
from assist.requests.models import AssistRequest
from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.api.caller import Caller
from tests.requests.links import accept, call, in_threads, redeem, token_of
from tests.requests.visitor import ORIGIN, ask, post

pytestmark = pytest.mark.django_db(transaction=True)


def test_link_lands_on_the_page_of_the_request(tenant, agent):
    _id, url = accept(tenant, agent)
    assert url.startswith(f"{ORIGIN}/orders?x=1#top&alongside=")
    with tenant_scope(tenant.pk):
        assert InviteLink.objects.get().token_hash == factories.digest(token_of(url))


def test_link_is_mailed_to_the_address_that_was_given(tenant, agent):
    _id, url = accept(tenant, agent, email="visitor@visitors.example", language="zh-CN")
    with tenant_scope(tenant.pk):
        mail = OutgoingMail.objects.get()
    assert mail.to == "visitor@visitors.example"
    assert url in mail.body


@pytest.mark.parametrize(("seconds", "words"), [(60, "for 1 minute,"), (600, "for 10 minutes,")])
def test_mail_says_for_how_long_the_link_works(tenant, agent, seconds, words):
    with tenant_scope(tenant.pk):
        Tenant.objects.update(link_ttl_seconds=seconds)
    accept(tenant, agent, email="visitor@visitors.example", language="en")
    accept(tenant, agent, email="visitor@visitors.example", language="zh-CN")
    with tenant_scope(tenant.pk):
        bodies = [mail.body for mail in OutgoingMail.objects.all()]
    assert [words in body for body in bodies].count(True) == 1
    assert [f"{seconds // 60} 分钟" in body for body in bodies].count(True) == 1


def test_consent_names_who_what_and_the_recording(tenant, agent):
    _id, url = accept(tenant, agent)
    landed = call(tenant, "land", token_of(url)).json()
    for part in ("Agent One", tenant.name, "recorded"):
        assert part in landed["consent_text"]


@pytest.mark.parametrize("own", ["Our own words.", "{agent} of {tenant} will help you now."])
@pytest.mark.parametrize(
    ("language", "words"), [("en", ("will see this page", "recorded")), ("zh-CN", ("看到此页面", "录制"))]
)
def test_consent_of_the_tenant_does_not_replace_who_sees_what(agent, tenant, own, language, words):
    with tenant_scope(tenant.pk):
        Tenant.objects.update(consent_text=own)
    _id, url = accept(tenant, agent)
    text = call(tenant, "land", token_of(url), language=language).json()["consent_text"]
    said = own.replace("{agent}", "Agent One").replace("{tenant}", tenant.name)
    standard = text.removesuffix(f"\n\n{said}")
    assert standard != text
    for part in ("Agent One", tenant.name, *words):
        assert part in standard


def test_consent_opens_the_session_and_leaves_a_receipt(tenant, agent):
    _id, url = accept(tenant, agent, name="A visitor")
    landed = call(tenant, "land", token_of(url)).json()
    answer = redeem(tenant, token_of(url), landed)
    assert answer.status_code == 200, answer.content
    assert answer.json()["socket_url"].endswith(f"/ws/assist/visitor/{answer.json()['session_id']}/")
    with tenant_scope(tenant.pk):
        receipt = ConsentReceipt.objects.get()
        session = AssistSession.objects.get(pk=answer.json()["session_id"])
    assert (receipt.text, receipt.text_sha256) == (landed["consent_text"], landed["consent_sha256"])
    assert (receipt.visitor_name, receipt.agent_name, receipt.origin) == ("A visitor", "Agent One", ORIGIN)
    assert session.visitor_token_hash == factories.digest(answer.json()["channel_token"])


def test_consent_to_another_text_is_asked_again(tenant, agent):
    _id, url = accept(tenant, agent)
    landed = call(tenant, "land", token_of(url)).json()
    refused = redeem(tenant, token_of(url), landed, consent_sha256="0" * 64)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_changed")
    assert redeem(tenant, token_of(url), landed).status_code == 200


def dead_link(kind, tenant, agent):
    """A link's token that died in this way, and the tenant at whose page it is tried."""
    past = timezone.now() - timedelta(seconds=tenant.link_ttl_seconds + 1)
    request_id, url = accept(tenant, agent, now=past if kind == "expired" else None)
    token = token_of(url)
    if kind == "used":
        redeem(tenant, token, call(tenant, "land", token).json())
    if kind == "revoked":
        with tenant_scope(tenant.pk):
            revoke_link(request_id, now=timezone.now())
    if kind == "unknown":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    return (factories.tenant() if kind == "other_tenant" else tenant), token


@pytest.mark.parametrize(("language", "letters"), [("en", str.isascii), ("zh-CN", lambda text: "链接" in text)])
@pytest.mark.parametrize(
    ("kind", "status"), [("expired", 410), ("used", 410), ("revoked", 410), ("other_tenant", 404), ("unknown", 404)]
)
def test_dead_link_says_why_in_both_languages(tenant, agent, kind, status, language, letters):
    at, token = dead_link(kind, tenant, agent)
    answer = call(at, "land", token, language=language)
    assert (answer.status_code, answer.json()["code"]) == (status, kind)
    assert letters(answer.json()["detail"]), answer.json()["detail"]


@pytest.mark.parametrize(("language", "words"), [("en", "another window or browser"), ("zh-CN", "另一个窗口或浏览器")])
def test_link_that_was_used_elsewhere_meanwhile_says_why_in_both_languages(tenant, agent, language, words):
    _id, url = accept(tenant, agent)
    token = token_of(url)
    here, there = (call(tenant, "land", token).json() for _ in range(2))
    redeem(tenant, token, there)
    answer = redeem(tenant, token, here, language=language)
    assert (answer.status_code, answer.json()["code"]) == (410, "redeemed_elsewhere")
    assert words in answer.json()["detail"]


def test_link_redeemed_elsewhere_meanwhile_says_so(tenant, agent):
    _id, url = accept(tenant, agent)
    token = token_of(url)
    first, second = (call(tenant, "land", token).json() for _ in range(2))
    assert redeem(tenant, token, first).status_code == 200
    assert redeem(tenant, token, second).json()["code"] == "redeemed_elsewhere"


def test_landing_in_time_leaves_ten_minutes_to_agree(tenant, agent):
    early = timezone.now() - timedelta(seconds=tenant.link_ttl_seconds - 5)
    _id, url = accept(tenant, agent, now=early)
    landed = call(tenant, "land", token_of(url)).json()
    with tenant_scope(tenant.pk):
        InviteLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert redeem(tenant, token_of(url), landed).status_code == 200


def test_landing_too_long_ago_is_expired(tenant, agent):
    _id, url = accept(tenant, agent)
    landed = call(tenant, "land", token_of(url)).json()
    past = timezone.now() - timedelta(seconds=601)
    with tenant_scope(tenant.pk):
        InviteLink.objects.update(expires_at=past, landed_at=past)
    assert redeem(tenant, token_of(url), landed).json()["code"] == "expired"


def test_landing_of_another_link_is_worth_nothing(tenant, agent):
    (_a, mine), (_b, other) = accept(tenant, agent), accept(tenant, agent)
    landed = call(tenant, "land", token_of(other)).json()
    assert redeem(tenant, token_of(mine), landed).json()["code"] == "unknown"


def test_two_redeem_at_once_one_wins(tenant, agent):
    _id, url = accept(tenant, agent)
    token = token_of(url)
    landed = [call(tenant, "land", token).json() for _ in range(4)]
    codes = in_threads(4, lambda number: redeem(tenant, token, landed[number]).json().get("code"))
    assert sorted(map(str, codes)) == ["None", *["redeemed_elsewhere"] * 3]
    with tenant_scope(tenant.pk):
        assert ConsentReceipt.objects.count() == 1


def test_two_accept_at_once_one_wins_and_the_other_is_told_who(tenant):
    with tenant_scope(tenant.pk):
        agents = [factories.member(name=f"Agent {number}") for number in range(4)]
    request_id = ask(tenant).json()["request_id"]

    def take(number):
        try:
            with tenant_scope(tenant.pk):
                accept_request(request_id, agent=agents[number], now=timezone.now())
            return None
        except AlreadyAnswered as error:
            return error.request.answered_by

    results = in_threads(4, take)
    winner = agents[results.index(None)]
    assert results.count(None) == 1
    assert results.count(winner) == 3


def test_refusing_consent_ends_the_waiting_session(tenant, agent):
    _id, url = accept(tenant, agent)
    landed = call(tenant, "land", token_of(url)).json()
    assert call(tenant, "refuse", token_of(url), landing=landed["landing"]).status_code == 204
    with tenant_scope(tenant.pk):
        session = AssistSession.objects.get()
    assert (session.state, session.end_reason) == ("ended", "consent_refused")


def test_refusing_needs_the_landing(tenant, agent):
    _id, url = accept(tenant, agent)
    assert call(tenant, "refuse", token_of(url), landing="made:up:landing").json()["code"] == "unknown"


def test_unused_link_ends_the_waiting_session_once(tenant, agent):
    accept(tenant, agent)
    later = timezone.now() + timedelta(seconds=tenant.link_ttl_seconds + 1)
    with tenant_scope(tenant.pk):
        link = InviteLink.objects.get()
        assert not expire(link.pk, now=timezone.now())
        assert expire(link.pk, now=later)
        assert not expire(link.pk, now=later)
        assert AssistSession.objects.get().end_reason == "link_expired"


def test_cancelling_after_acceptance_kills_the_link(tenant, agent):
    asked = ask(tenant).json()
    with tenant_scope(tenant.pk):
        url = accept_request(asked["request_id"], agent=agent, now=timezone.now()).url
    post(f"/assist/requests/{asked['request_id']}/cancel/", {}, token=asked["request_token"])
    assert call(tenant, "land", token_of(url)).json()["code"] == "revoked"
    with tenant_scope(tenant.pk):
        assert AssistSession.objects.get().end_reason == "cancelled"


def test_nobody_answers_in_time(tenant, agent):
    request_id = ask(tenant).json()["request_id"]
    later = timezone.now() + timedelta(seconds=tenant.answer_timeout_seconds)
    with tenant_scope(tenant.pk):
        assert not give_up_request(request_id, now=timezone.now())
        assert give_up_request(request_id, now=later)
        assert not give_up_request(request_id, now=later)
        with pytest.raises(AlreadyAnswered):
            decline_request(request_id, agent=agent, now=later)
        assert AssistRequest.objects.get().ticket.status == "open"


def rest(tenant, agent) -> Caller:
    with tenant_scope(tenant.pk):
        factories.api_token("rest-secret", scopes=["assist:read", "assist:write"], created_by=agent)
    return Caller("rest-secret")


def test_rest_lists_and_accepts_and_names_who_was_first(tenant, agent):
    call_api, request_id = rest(tenant, agent), ask(tenant, note="Why").json()["request_id"]
    listed = call_api("GET", "/assist/requests/?state=pending").json()["results"]
    assert [row["id"] for row in listed] == [request_id]
    accepted = call_api("POST", f"/assist/requests/{request_id}/accept/")
    assert set(accepted.json()) == {"url", "expires_at", "session"}, accepted.content
    again = call_api("POST", f"/assist/requests/{request_id}/accept/")
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    assert "Agent One" in again.json()["detail"]
    assert call_api("POST", f"/assist/requests/{request_id}/revoke/").status_code == 200
    assert call_api("POST", f"/assist/requests/{request_id}/revoke/").json()["code"] == "nothing_to_revoke"
    with tenant_scope(tenant.pk):
        assert AssistSession.objects.get().state == SessionState.ENDED


def test_rest_declines_with_a_reason(tenant, agent):
    call_api, request_id = rest(tenant, agent), ask(tenant).json()["request_id"]
    body = {"reason": "Please call us"}
    assert call_api("POST", f"/assist/requests/{request_id}/decline/", body).json()["state"] == "declined"
    assert call_api("POST", f"/assist/requests/{request_id}/decline/", {}).json()["code"] == "already_answered"


def test_rest_of_another_tenant_finds_nothing(tenant, agent):
    request_id = ask(factories.tenant()).json()["request_id"]
    assert rest(tenant, agent)("POST", f"/assist/requests/{request_id}/accept/").status_code == 404
