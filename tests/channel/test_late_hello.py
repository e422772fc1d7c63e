"""A hello that the server comes to late, or whose word comes late: nobody may be at that connection any more."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from assist.channel import handshake
from assist.channel.actions import lock_session
from assist.channel.choices import Choice
from assist.channel.handshake import enter
from assist.channel.live import SessionKeys
from assist.channel.protocol import FrameKind
from assist.channel.valkey import async_client
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.events import apublish
from tests.channel.eventually import eventually
from tests.channel.peers import ORIGIN, WAIT_SECONDS
from tests.channel.scene import Scene


def hold_row(scene: Scene, *, held: Event, done: Event) -> None:
    """As when the database is slow."""
    try:
        with tenant_scope(scene.tenant.id):
            lock_session(scene.session_id)
            held.set()
            done.wait(30)
    finally:
        connection.close()


def tab_hellos(scene: Scene) -> int:
    return sum(entry.frame[0] == FrameKind.TAB_HELLO for entry in scene.journal())


async def test_connection_that_closed_before_it_was_welcomed_takes_no_tab(channel: Scene) -> None:
    held, done = Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold_row, channel, held=held, done=done)
        await sync_to_async(held.wait)(30)
        async with channel.visitor() as gone:
            await gone.greet(token=channel.token)
            await eventually(waits_for_row)
        done.set()
        holding.result()
    await eventually(lambda: channel.row().tab_count == 1)
    async with channel.visitor() as visitor:
        assert (await visitor.hello(token=channel.token, tab=1))["tab"] == 1
        await visitor.stored(await visitor.enter())
    assert await sync_to_async(tab_hellos)(channel) == 1


def waits_for_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


async def test_tab_that_was_taken_for_nobody_is_left_though_the_client_of_valkey_swallows_the_cancellation(
    channel: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Python 3.11 `asyncio.wait_for` does, when the command has just been sent."""
    takes, open_tab = asyncio.Event(), handshake._open_tab

    async def opening(*of: Any, **values: Any) -> Choice:
        takes.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await open_tab(*of, **values)

    monkeypatch.setattr(handshake, "_open_tab", opening)
    hello = {"version": 1, "token": channel.token, "tab": 0, "capture": "", "injection": "inline", "time": 0}
    entering = asyncio.create_task(
        enter(channel.tenant.id, channel.session_id, hello, heard_at_ms=time.time() * 1000, origin=ORIGIN)
    )
    await asyncio.wait_for(takes.wait(), WAIT_SECONDS)
    entering.cancel()
    await asyncio.wait([entering], timeout=WAIT_SECONDS)
    assert entering.cancelled()
    await eventually(lambda: channel.row().visitor_gone_at)
    assert not await async_client().smembers(SessionKeys(channel.tenant.id, channel.session_id).connections)


async def test_word_of_a_connection_that_was_replaced_replaces_nobody(channel: Scene) -> None:
    """It waited, as it does where the process of that connection has to connect to Valkey anew."""
    keys, topic = SessionKeys(channel.tenant.id, channel.session_id), ("session", channel.session_id)
    async with channel.visitor() as first:
        await first.hello(token=channel.token)
        replaced = (await async_client().hget(keys.state, f"connection:{first.tab}")).decode()
    async with channel.visitor() as second:
        await second.hello(token=channel.token, tab=first.tab)
        late = {"tab": first.tab, "connection": replaced}
        await apublish(channel.tenant.id, *topic, kind="tab_opened", payload=late)
        await apublish(channel.tenant.id, *topic, kind="resync", payload={"page": second.tab << 16 | 1})
        await second.until(lambda: second.closed_with or [m for m in second.messages if m["type"] == "resync"])
        assert second.closed_with is None
