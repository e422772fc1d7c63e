"""M4: from the consent to the first hello, and links that die in between."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from websockets.asyncio.client import connect

from assist.channel.actions import end_session, visitor_seen
from assist.channel.answer import accept_request
from assist.channel.models import AssistSession, SessionState
from assist.links.actions import expire
from assist.links.models import ConsentReceipt
from assist.requests.delivery import link_of
from assist.requests.limits import LINK_RATE
from helpdesk.audit.models import AuditEvent
from helpdesk.tenants.context import run_in_tenant, tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.requests.links import accept, call, in_threads, redeem, token_of
from tests.requests.test_answer import rest
from tests.requests.visitor import ORIGIN, ask, post

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


def test_frames_that_ask_take_nothing_from_who_agrees(tenant, agent):
    """Any site can make the visitor's browser ask, from a sandbox, as often as it likes."""
    _id, url = accept(tenant, agent)
    landed = call(tenant, "land", token_of(url)).json()
    body = {"public_key": tenant.public_key, "ticket": "x", "parent": ORIGIN}
    answers = [post("/assist/links/frame/", body, origin="null") for _ in range(2 * LINK_RATE.per_address)]
    assert {answer.status_code for answer in answers} == {410}
    assert redeem(tenant, token_of(url), landed).status_code == 200


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
        assert AuditEvent.objects.get(object_id=session.pk).actor_kind == "token"
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


def test_request_whose_session_is_live_can_not_be_cancelled(tenant, agent):
    asked = ask(tenant).json()
    with tenant_scope(tenant.pk):
        url = accept_request(asked["request_id"], agent=agent, now=timezone.now()).url
    landed = call(tenant, "land", token_of(url)).json()
    session_id = redeem(tenant, token_of(url), landed).json()["session_id"]
    with tenant_scope(tenant.pk):
        visitor_seen(session_id, tab=0, now=timezone.now())
    answer = post(f"/assist/requests/{asked['request_id']}/cancel/", {}, token=asked["request_token"])
    assert (answer.status_code, answer.json()["code"]) == (409, "already_begun")
    assert "another tab" in answer.json()["detail"]
    with tenant_scope(tenant.pk):
        session = AssistSession.objects.select_related("request").get()
    assert (session.state, session.request.state) == ("live", "accepted")


def test_request_can_be_cancelled_until_the_hello(tenant, agent):
    asked = ask(tenant).json()
    with tenant_scope(tenant.pk):
        url = accept_request(asked["request_id"], agent=agent, now=timezone.now()).url
    landed = call(tenant, "land", token_of(url)).json()
    redeem(tenant, token_of(url), landed)
    answer = post(f"/assist/requests/{asked['request_id']}/cancel/", {}, token=asked["request_token"])
    assert answer.json() == {"state": "cancelled"}
    with tenant_scope(tenant.pk):
        assert AssistSession.objects.get().end_reason == "cancelled"


def beginning_to_end(tenant, url, how):
    """Bring the link of `url` into the state `how`, from outside of the page that asked."""
    with tenant_scope(tenant.pk):
        session = AssistSession.objects.get()
    if how in ("redeemed", "live", "ended", "refused"):
        landed = call(tenant, "land", token_of(url)).json()
    if how in ("redeemed", "live", "ended"):
        redeem(tenant, token_of(url), landed)
    if how == "refused":
        call(tenant, "refuse", token_of(url), landing=landed["landing"])
    with tenant_scope(tenant.pk):
        if how in ("live", "ended"):
            visitor_seen(session.pk, tab=0, now=timezone.now())
        if how in ("ended", "revoked"):
            end_session(session.pk, reason="agent_ended", now=timezone.now())
        if how == "expired":
            late = timezone.now() + timedelta(seconds=tenant.link_ttl_seconds + 1)
            expire(session.link_id, now=late)


WORDS = {
    "redeemed": ("another tab", "另一个标签页"),
    "live": ("another tab", "另一个标签页"),
    "ended": ("has ended", "已结束"),
    "refused": ("did not agree", "没有同意"),
    "revoked": ("withdrawn", "撤回"),
    "expired": ("not used in time", "此链接"),
}


@pytest.mark.parametrize("how", WORDS)
async def test_page_that_shows_the_link_is_told_what_became_of_it(live_stack, tenant, agent, how):
    """At once and in its language, whoever did it."""
    asked = await asyncio.to_thread(lambda: ask(tenant).json())
    url = f"ws://localhost:{live_stack.port}/ws/assist/request/{asked['request_id']}/?language="
    async with connect(f"{url}en", origin=ORIGIN) as english, connect(f"{url}zh-CN", origin=ORIGIN) as chinese:
        for socket in (english, chinese):
            await socket.send(json.dumps({"type": "auth", "token": asked["request_token"]}))
        link = await asyncio.to_thread(accepted_link, tenant, agent, asked["request_id"])
        await asyncio.to_thread(in_its_thread, beginning_to_end, tenant, link, how)
        for socket, words in zip((english, chinese), WORDS[how], strict=True):
            told = await heard(socket, how)
            assert words in told["message"]
            assert "link" not in told


def accepted_link(tenant, agent, request_id):
    def accept_it():
        with tenant_scope(tenant.pk):
            return accept_request(request_id, agent=agent, now=timezone.now()).url

    return in_its_thread(accept_it)


def in_its_thread(fn, *arguments):
    try:
        return fn(*arguments)
    finally:
        connections.close_all()


async def heard(socket, link_state):
    """The first message that says so."""
    async with asyncio.timeout(15):
        while True:
            message = json.loads(await socket.recv())
            if message.get("link_state") == link_state:
                return message


async def test_session_that_nobody_comes_to_after_the_consent_ends_by_itself(live_stack, tenant, agent):
    """By the beat of the worker; the ticket stays."""
    asked = await asyncio.to_thread(lambda: ask(tenant).json())
    link = await asyncio.to_thread(accepted_link, tenant, agent, asked["request_id"])
    url = f"ws://localhost:{live_stack.port}/ws/assist/request/{asked['request_id']}/?language=en"
    async with connect(url, origin=ORIGIN) as socket:
        await socket.send(json.dumps({"type": "auth", "token": asked["request_token"]}))
        await run_in_tenant(tenant.pk, lambda: Tenant.objects.filter(pk=tenant.pk).update(grace_seconds=1))
        landed = await asyncio.to_thread(in_its_thread, redeemed, tenant, link)
        await heard(socket, "redeemed")
        await heard(socket, "expired")
    answer = await asyncio.to_thread(in_its_thread, redeem, tenant, token_of(link), landed)
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")
    row = await run_in_tenant(tenant.pk, lambda: AssistSession.objects.select_related("request__ticket").get())
    assert (row.state, row.end_reason, row.request.ticket.status) == ("ended", "visitor_vanished", "open")


def redeemed(tenant, url):
    """The landing."""
    landed = call(tenant, "land", token_of(url)).json()
    redeem(tenant, token_of(url), landed)
    return landed
