"""Several people at one session: who is told of whom, and that nobody pays for another one's network."""

from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings

from assist.channel.live import SessionKeys
from assist.channel.presence import Watcher, join_watchers
from assist.channel.protocol import FrameKind
from assist.channel.valkey import sync_client
from helpdesk.accounts.models import Membership, Role
from helpdesk.tenants.context import tenant_scope
from tests import factories
from tests.channel.peers import VisitorPeer
from tests.channel.scene import Scene


def member(scene: Scene, role: Role, name: str) -> str:
    """The cookie of a further person of the tenant."""
    with tenant_scope(scene.tenant.id):
        return f"{settings.SESSION_COOKIE_NAME}={factories.session_cookie(factories.member(role, name=name))}"


async def watchers(visitor: VisitorPeer, *names: str) -> dict[str, Any]:
    """What the visitor is told once exactly these watch."""

    def told() -> dict[str, Any] | None:
        said = [m for m in visitor.messages if m["type"] == "watchers"]
        return said[-1] if said and said[-1]["names"] == list(names) else None

    return dict(await visitor.until(told))


async def test_visitor_reads_who_helps_who_watches_and_who_listens_in(channel: Scene) -> None:
    manager = await sync_to_async(member)(channel, Role.MANAGER, "Manager")
    colleague = await sync_to_async(member)(channel, Role.AGENT, "Colleague")
    async with channel.visitor() as visitor, channel.console() as console:
        welcome = await visitor.hello(token=channel.token)
        assert welcome["watching"] == {"count": 0, "names": [], "listeners": [], "agent": "Agent"}
        await console.hello()
        async with channel.console(cookie=manager) as listening, channel.console(cookie=colleague) as second:
            await listening.hello()
            await second.hello()
            told = await watchers(visitor, "Agent", "Colleague", "Manager")
            assert (told["count"], told["listeners"], told["agent"]) == (3, ["Manager"], "Agent")
            again = await visitor_again(channel, visitor)
            assert again["watching"]["names"] == ["Agent", "Colleague", "Manager"]
        told = await watchers(visitor, "Agent")
        assert told["listeners"] == []


async def visitor_again(scene: Scene, visitor: VisitorPeer) -> dict[str, Any]:
    async with scene.visitor() as other_tab:
        return await other_tab.hello(token=scene.token)


async def test_manager_whose_session_it_is_helps(channel: Scene) -> None:
    def promote() -> None:
        with tenant_scope(channel.tenant.id):
            Membership.objects.filter(user=channel.agent).update(role=Role.MANAGER)

    await sync_to_async(promote)()
    async with channel.visitor() as visitor, channel.console() as console:
        await visitor.hello(token=channel.token)
        await console.hello()
        assert (await watchers(visitor, "Agent"))["listeners"] == []


async def test_two_windows_of_one_person_are_one_watcher(channel: Scene) -> None:
    async with channel.visitor() as visitor, channel.console() as one, channel.console() as two:
        await visitor.hello(token=channel.token)
        await one.hello()
        await two.hello()
        assert (await two.heard("welcome"))["watching"]["count"] == 1
        await watchers(visitor, "Agent")


async def test_visitor_reads_no_address_of_somebody_without_a_name(channel: Scene) -> None:
    nameless = await sync_to_async(member)(channel, Role.AGENT, "")
    async with channel.visitor() as visitor, channel.console(cookie=nameless) as console:
        await visitor.hello(token=channel.token)
        welcome = await console.hello()
        assert "@" in welcome["watching"]["names"][0]
        assert (await watchers(visitor, ""))["count"] == 1


async def test_watcher_whose_node_died_leaves_without_a_word(channel: Scene) -> None:
    """Nothing but a lease that runs out."""
    keys = SessionKeys(channel.tenant.id, channel.session_id)
    ghost = Watcher("ghost", "Ghost", "Ghost", False)
    assert await join_watchers(keys, console_id="ghost", watcher=ghost)
    await _shorten_lease(keys)
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token)
        assert welcome["watching"]["names"] == ["Ghost"]
        await watchers(visitor)


async def _shorten_lease(keys: SessionKeys) -> None:
    client = sync_client()
    seconds, _micros = client.time()
    _end, who = client.hget(keys.watchers, "ghost").split(b" ", 1)
    client.hset(keys.watchers, "ghost", b"%d000 %b" % (seconds + 2, who))


async def test_console_that_is_cut_costs_nobody_else_anything(channel: Scene) -> None:
    """It comes back to the page as it is; the other misses and repeats nothing, the visitor is asked for nothing."""
    async with channel.visitor() as visitor, channel.console() as steady:
        await visitor.hello(token=channel.token)
        await steady.hello()
        await steady.heard("queue")
        await visitor.enter()
        await visitor.snapshot("page")
        async with channel.console() as cut:
            await cut.hello()
            last = await operate(visitor, 20)
            await cut.until(lambda: cut.seqs()[-1:] == [last])
            cut.socket.transport.abort()
            await cut.closed()
        last = await operate(visitor, 20)
        async with channel.console() as back:
            await back.hello()
            last = await operate(visitor, 20)
            for console in (steady, back):
                await console.until(lambda console=console: console.seqs()[-1:] == [last])
                assert console.seqs() == list(range(1, last + 1))
        assert not {m["type"] for m in visitor.messages} & {"resync", "error"}
        assert not {m["type"] for m in steady.messages} & {"lagging", "error"}
        assert [m["type"] for m in steady.messages].count("queue") == 1


async def test_console_whose_network_is_gone_holds_nobody_up(channel: Scene) -> None:
    """Its connection is half open: it reads nothing, and nothing tells the server so."""
    async with channel.visitor() as visitor, channel.console() as steady, channel.console() as frozen:
        await visitor.hello(token=channel.token)
        for console in (steady, frozen):
            await console.hello()
            await console.heard("queue")
        frozen.socket.transport.pause_reading()
        await visitor.enter()
        await visitor.snapshot("page")
        for _ in range(16):
            last = await visitor.send(FrameKind.OPERATIONS, b"x" * 250_000)
            await visitor.stored(last)
            await steady.until(lambda last=last: steady.seqs()[-1:] == [last])
        assert steady.seqs() == list(range(1, last + 1))
        assert not {m["type"] for m in visitor.messages} & {"resync", "error"}
        frozen.socket.transport.resume_reading()


async def operate(visitor: VisitorPeer, times: int) -> int:
    """The seq of the last of so many operations, which the server has stored."""
    for step in range(times):
        last = await visitor.operate("scroll", step, 1, 0, step)
    await visitor.stored(last)
    return last
