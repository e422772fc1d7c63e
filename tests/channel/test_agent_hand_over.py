"""A session goes from one agent to another: who may, when not, and what everybody is told."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.utils import timezone

from assist.channel import agent_hand_over as hand_over
from assist.channel.actions import SessionEnded, visitor_seen
from assist.channel.limits import RIGHT_SECONDS
from assist.channel.models import AssistSession, HandOver, HandOverState
from helpdesk.accounts.models import Membership, Role, User
from helpdesk.tenants.context import tenant_scope
from helpdesk.tickets.actions import NotAMember
from tests import factories
from tests.channel.scene import Scene, make_scene


@pytest.fixture
def live(channel: Scene) -> Scene:
    within(channel, lambda: visitor_seen(channel.session_id, tab=0, now=timezone.now()))
    return channel


def within(scene: Scene, call: Callable[[], Any]) -> Any:
    with tenant_scope(scene.tenant.id):
        return call()


def person(scene: Scene, role: Role = Role.AGENT, **values: Any) -> User:
    return within(scene, lambda: factories.member(role, **values))


def offer(scene: Scene, *, to: User, by: User | None = None) -> HandOver:
    values = {"by": by or scene.agent, "to": to, "now": timezone.now()}
    return within(scene, lambda: hand_over.offer_hand_over(scene.session_id, **values))


def answer(scene: Scene, call: Callable[..., HandOver], *, by: User) -> HandOver:
    return within(scene, lambda: call(scene.session_id, by=by, now=timezone.now()))


def owners(scene: Scene) -> tuple[Any, Any]:
    """Of the session and of its ticket."""
    row = scene.row()
    return within(scene, lambda: (row.agent, row.request.ticket.assignee))


def test_accepting_gives_session_and_ticket_to_the_colleague(live: Scene) -> None:
    colleague = person(live)
    offer(live, to=colleague)
    assert owners(live)[0] == live.agent
    done = answer(live, hand_over.accept_hand_over, by=colleague)
    assert owners(live) == (colleague, colleague)
    assert (done.offered_by, done.from_agent, done.to_agent) == (live.agent, live.agent, colleague)
    assert done.state == HandOverState.ACCEPTED
    assert done.offered_at <= done.answered_at


def test_declined_and_withdrawn_offers_leave_the_session_where_it_is(live: Scene) -> None:
    colleague = person(live)
    offer(live, to=colleague)
    answer(live, hand_over.decline_hand_over, by=colleague)
    offer(live, to=colleague)
    answer(live, hand_over.withdraw_hand_over, by=live.agent)
    with pytest.raises(hand_over.NoOffer):
        answer(live, hand_over.accept_hand_over, by=colleague)
    assert owners(live)[0] == live.agent


def test_manager_takes_a_session_over_at_once(live: Scene) -> None:
    manager = person(live, Role.MANAGER)
    assert offer(live, to=manager, by=manager).state == HandOverState.ACCEPTED
    assert owners(live) == (manager, manager)


def test_only_its_agent_and_managers_offer_and_only_who_is_asked_answers(live: Scene) -> None:
    colleague, third = person(live), person(live)
    with pytest.raises(hand_over.NotAllowed):
        offer(live, to=third, by=colleague)
    offer(live, to=colleague)
    for call in (hand_over.accept_hand_over, hand_over.decline_hand_over, hand_over.withdraw_hand_over):
        with pytest.raises(hand_over.NotAllowed):
            answer(live, call, by=third)


def test_person_of_another_tenant_neither_takes_nor_gives(live: Scene) -> None:
    stranger = make_scene(live.web).agent
    with pytest.raises(NotAMember):
        offer(live, to=stranger)
    with pytest.raises(hand_over.NotAllowed):
        offer(live, to=person(live), by=stranger)


def test_colleague_who_left_the_tenant_can_not_accept(live: Scene) -> None:
    colleague = person(live)
    offer(live, to=colleague)
    within(live, lambda: Membership.objects.filter(user=colleague).delete())
    with pytest.raises(hand_over.NotAllowed):
        answer(live, hand_over.accept_hand_over, by=colleague)


def test_nothing_is_handed_over_before_consent_or_after_the_end(channel: Scene) -> None:
    colleague = person(channel)
    with pytest.raises(hand_over.NotStarted):
        offer(channel, to=colleague)
    within(channel, lambda: visitor_seen(channel.session_id, tab=0, now=timezone.now()))
    offer(channel, to=colleague)
    channel.end()
    with pytest.raises(SessionEnded):
        answer(channel, hand_over.accept_hand_over, by=colleague)
    with pytest.raises(SessionEnded):
        offer(channel, to=colleague)
    assert within(channel, lambda: HandOver.objects.get().state) == HandOverState.LAPSED


def test_of_two_offers_at_once_one_wins(live: Scene) -> None:
    colleagues, results = [person(live), person(live)], []
    start = threading.Barrier(2)

    def run(to: User) -> None:
        start.wait()
        try:
            results.append(offer(live, to=to))
        except hand_over.AlreadyOffered as refused:
            results.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(colleague,)) for colleague in colleagues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [result for result in results if isinstance(result, HandOver)]
    lost = [result for result in results if isinstance(result, hand_over.AlreadyOffered)]
    assert len(won) == len(lost) == 1
    assert lost[0].offer == won[0]


async def test_visitor_reads_the_new_name_and_a_manager_who_took_over_helps(channel: Scene) -> None:
    manager = await sync_to_async(person)(channel, Role.MANAGER, name="Manager")
    cookie = f"{settings.SESSION_COOKIE_NAME}={await sync_to_async(factories.session_cookie)(manager)}"
    async with channel.visitor() as visitor, channel.console(cookie=cookie) as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await visitor.until(lambda: [m for m in visitor.messages if m.get("listeners") == ["Manager"]])
        await sync_to_async(offer)(channel, to=manager, by=manager)
        now = {"type": "watchers", "count": 1, "names": ["Manager"], "listeners": [], "agent": "Manager"}
        await visitor.until(lambda: now in visitor.messages)


async def test_visitor_reads_the_new_name_though_the_word_of_the_hand_over_was_lost(channel: Scene) -> None:
    """As while Valkey restarts."""
    colleague = await sync_to_async(person)(channel, name="Colleague")
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        await sync_to_async(give)(channel, colleague)
        now = {"count": 1, "names": ["Agent"], "listeners": [], "agent": "Colleague"}
        for peer in (visitor, console):
            await peer.until(
                lambda peer=peer: {"type": "watchers", **now} in peer.messages, within_seconds=3 * RIGHT_SECONDS
            )


def give(scene: Scene, colleague: User) -> None:
    """And nobody is told."""
    with tenant_scope(scene.tenant.id):
        AssistSession.objects.filter(id=scene.session_id).update(agent=colleague)
