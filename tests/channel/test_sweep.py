"""A visitor that vanished: the session ends by itself, as of when the visitor was last seen."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from redis.connection import AbstractConnection

from assist.channel import tasks
from assist.channel.limits import NODE_LEASE_SECONDS
from assist.channel.live import SessionKeys
from assist.channel.models import EndReason, SessionState
from assist.channel.presence import look
from assist.channel.queries import unopened_sessions_of_all_tenants
from assist.channel.valkey import sync_client
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.jobs import across_tenants
from helpdesk.tenants.keys import nodes_key
from tests import factories
from tests.channel.scene import Scene


def sweep(scene: Scene) -> None:
    tasks.end_vanished(str(scene.tenant.id), str(scene.session_id))


def vanish(scene: Scene, *, seconds_ago: float) -> float:
    """As after a kill of the web process: nothing but its lease, which has run out."""
    keys = SessionKeys(scene.tenant.id, scene.session_id)
    seen_ms = (timezone.now().timestamp() - seconds_ago) * 1000
    sync_client().delete(keys.connections)
    sync_client().sadd(keys.connections, "dead.connection")
    sync_client().zadd(nodes_key(), {"dead": seen_ms + NODE_LEASE_SECONDS * 1000})
    sync_client().hdel(keys.state, "gone")
    return seen_ms


async def live_session(scene: Scene) -> None:
    """Until the server has noted that the visitor is gone."""
    async with scene.visitor() as visitor:
        await visitor.hello(token=scene.token)
        await visitor.stored(await visitor.enter())
    await sync_to_async(wait_until_noted)(scene)


def wait_until_noted(scene: Scene) -> None:
    deadline = time.monotonic() + 20
    while scene.row().visitor_gone_at is None:
        assert time.monotonic() < deadline, "the server does not note that the visitor is gone"
        time.sleep(0.05)


async def test_session_ends_when_grace_has_passed(channel: Scene) -> None:
    await live_session(channel)
    seen_ms = await sync_to_async(vanish)(channel, seconds_ago=channel.tenant.grace_seconds + 5)
    await sync_to_async(sweep)(channel)
    row = await sync_to_async(channel.row)()
    assert (row.state, row.end_reason) == (SessionState.ENDED, EndReason.VISITOR_VANISHED)
    assert row.ended_at is not None
    assert abs(row.ended_at.timestamp() * 1000 - seen_ms) < 1


async def test_session_goes_on_within_grace(channel: Scene) -> None:
    await live_session(channel)
    await sync_to_async(vanish)(channel, seconds_ago=channel.tenant.grace_seconds - 5)
    await sync_to_async(sweep)(channel)
    row = await sync_to_async(channel.row)()
    assert row.state == SessionState.LIVE


async def test_node_that_stalled_and_beat_again_gives_its_visitor_the_whole_grace(channel: Scene) -> None:
    """Another tab left while it stalled, so that the visitor was noted as gone: long ago, and not for long."""
    await live_session(channel)
    await sync_to_async(vanish)(channel, seconds_ago=channel.tenant.grace_seconds - 5)
    keys = SessionKeys(channel.tenant.id, channel.session_id)
    noted_ms = (timezone.now().timestamp() - 2 * channel.tenant.grace_seconds) * 1000
    await sync_to_async(sync_client().hset)(keys.state, "gone", noted_ms)
    await sync_to_async(sweep)(channel)
    assert (await sync_to_async(channel.row)()).state == SessionState.LIVE
    since = (await look(keys)).since
    assert since
    assert since > noted_ms


async def test_session_whose_visitor_is_there_goes_on(channel: Scene) -> None:
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        await sync_to_async(long_ago)(channel)
        await sync_to_async(sweep)(channel)
        row = await sync_to_async(channel.row)()
        assert row.state == SessionState.LIVE


async def test_clock_of_a_worker_ends_no_session(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ahead by more than the grace."""
    async with channel.visitor() as visitor:
        await visitor.hello(token=channel.token)
        ahead = timezone.now() + timedelta(seconds=2 * channel.tenant.grace_seconds)
        monkeypatch.setattr(timezone, "now", lambda: ahead)
        await sync_to_async(sweep)(channel)
        row = await sync_to_async(channel.row)()
        assert row.state == SessionState.LIVE


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
async def test_lost_memory_begins_the_grace_anew(channel: Scene) -> None:
    await live_session(channel)
    await sync_to_async(long_ago)(channel)
    await sync_to_async(sync_client().flushdb)()
    await sync_to_async(tasks.sweep)()
    await sync_to_async(sweep)(channel)
    row = await sync_to_async(channel.row)()
    assert row.state == SessionState.LIVE
    keys = SessionKeys(channel.tenant.id, channel.session_id)
    assert await sync_to_async(sync_client().hexists)(keys.state, "gone")


def long_ago(scene: Scene) -> None:
    from assist.channel.models import AssistSession

    with tenant_scope(scene.tenant.id):
        AssistSession.objects.update(visitor_seen_at=timezone.now() - timedelta(days=1))


def give_link(scene: Scene, *, redeemed_seconds_ago: float | None) -> None:
    """The page has not said hello."""
    from assist.channel.models import AssistSession

    at = timezone.now() - timedelta(seconds=redeemed_seconds_ago) if redeemed_seconds_ago else None
    with tenant_scope(scene.tenant.id):
        link = factories.invite_link(request=AssistSession.objects.get().request, redeemed_at=at)
        AssistSession.objects.update(link=link)


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
@pytest.mark.parametrize(("late", "state"), [(5, SessionState.ENDED), (-5, SessionState.WAITING)])
async def test_session_that_was_agreed_to_waits_no_longer_than_grace(channel: Scene, late: int, state: str) -> None:
    await sync_to_async(give_link)(channel, redeemed_seconds_ago=channel.tenant.grace_seconds + late)
    assert await sync_to_async(unopened)() == [(channel.tenant.id, channel.session_id)]
    await sync_to_async(tasks.end_unopened)(str(channel.tenant.id), str(channel.session_id))
    row = await sync_to_async(channel.row)()
    assert row.state == state
    assert row.end_reason == (EndReason.VISITOR_VANISHED if late > 0 else "")


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
async def test_session_whose_link_is_unused_is_no_vanished_visitor(channel: Scene) -> None:
    await sync_to_async(give_link)(channel, redeemed_seconds_ago=None)
    assert await sync_to_async(unopened)() == []


class Asked:
    """How often this thread of the process has asked Valkey for something of a session, and the tasks it handed on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.trips = 0
        self.handed_on: list[tuple[str, ...]] = []
        send = AbstractConnection.send_packed_command

        def sending(to: Any, command: Any, **values: Any) -> None:
            packed = command if isinstance(command, bytes) else b"".join(command)
            self.trips += b":state" in packed
            send(to, command, **values)

        monkeypatch.setattr(AbstractConnection, "send_packed_command", sending)
        for task in (tasks.find_vanished, tasks.end_vanished):
            monkeypatch.setattr(task, "delay", self._note(task.name.rpartition(".")[2]))

    def _note(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self.handed_on.append((name, *arguments))


def many_sessions(scene: Scene, count: int, *, seconds_ago: float | None) -> list[str]:
    """Live ones, whose visitors were seen then, or of which nothing is known."""
    made = []
    with tenant_scope(scene.tenant.id):
        for _ in range(count):
            made.append(factories.assist_session(state=SessionState.LIVE, started_at=timezone.now()).id)
    if seconds_ago is not None:
        for session_id in made:
            gone = (timezone.now().timestamp() - seconds_ago) * 1000
            sync_client().hset(SessionKeys(scene.tenant.id, session_id).state, "gone", gone)
    return sorted(map(str, made))


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
@pytest.mark.parametrize("known", [True, False])
def test_sweep_of_many_sessions_asks_no_more_often_than_that_of_few(
    channel: Scene, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    counts = []
    for more in (2, 40):
        many_sessions(channel, more, seconds_ago=10 if known else None)
        with monkeypatch.context() as patch:
            asked = Asked(patch)
            tasks.sweep()
        counts.append(asked.trips)
        assert len(asked.handed_on) == known, "the tenant's quiet ones in one task"
    assert counts == ([1, 1] if known else [2, 2])


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
def test_only_those_beyond_the_grace_are_ended(channel: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    late = many_sessions(channel, 3, seconds_ago=channel.tenant.grace_seconds + 5)
    quiet = many_sessions(channel, 3, seconds_ago=channel.tenant.grace_seconds - 5)
    asked, tenant = Asked(monkeypatch), str(channel.tenant.id)
    tasks.sweep()
    (handed,) = asked.handed_on
    assert (handed[:2], sorted(handed[2:])) == (("find_vanished", tenant), sorted(late + quiet))
    asked.trips = 0
    tasks.find_vanished(tenant, *handed[2:])
    assert asked.trips == 1
    assert sorted(asked.handed_on[1:]) == [("end_vanished", tenant, session_id) for session_id in late]


def unopened() -> list[tuple[UUID, UUID]]:
    with across_tenants("assist.channel.sweep"):
        return unopened_sessions_of_all_tenants()
