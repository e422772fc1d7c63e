"""A visitor that vanished: the session ends by itself, as of when the visitor was last seen."""

import time
from datetime import timedelta
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from assist.channel import tasks
from assist.channel.limits import NODE_LEASE_SECONDS
from assist.channel.live import SessionKeys
from assist.channel.models import EndReason, SessionState
from assist.channel.queries import unopened_sessions_of_all_tenants
from assist.channel.valkey import sync_client
from helpdesk.tenants.jobs import across_tenants
from helpdesk.tenants.keys import nodes_key
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
    from helpdesk.tenants.context import tenant_scope

    with tenant_scope(scene.tenant.id):
        AssistSession.objects.update(visitor_seen_at=timezone.now() - timedelta(days=1))


def give_link(scene: Scene, *, redeemed_seconds_ago: float | None) -> None:
    """The page has not said hello."""
    from assist.channel.models import AssistSession
    from helpdesk.tenants.context import tenant_scope
    from tests import factories

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


def unopened() -> list[tuple[UUID, UUID]]:
    with across_tenants("assist.channel.sweep"):
        return unopened_sessions_of_all_tenants()
