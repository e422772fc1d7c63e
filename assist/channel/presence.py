"""Who is there: agents that watch, and the visitor that has gone."""

import asyncio
import json
import time
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from assist.channel import limits
from assist.channel.actions import visitor_gone
from assist.channel.live import SessionKeys, last_beat_ms, last_known_ms
from assist.channel.node import WATCH
from assist.channel.protocol import TAB_SHIFT
from assist.channel.valkey import Script, async_client, clock_ms, end_if_cancelled, in_one_step
from helpdesk.tenants.context import run_in_tenant
from helpdesk.tenants.events import apublish
from helpdesk.tenants.keys import nodes_key

JOIN, LEAVE = Script("join_watchers"), Script("leave")


@dataclass(frozen=True, slots=True)
class Watcher:
    """A person with a console: `name` is what colleagues read, `public_name` what visitors read, never an address.

    Who `listens` sees the session and does not count as helping in it.
    """

    person: str
    name: str
    public_name: str
    listens: bool


@dataclass(frozen=True, slots=True)
class Watching:
    """Everybody whose lease runs, once and by name; the first of the leases would run out `stale_seconds` from now."""

    people: list[Watcher]
    stale_seconds: float | None

    def message(self, *, agent: str, is_public: bool) -> dict[str, Any]:
        """As `Watching` of the protocol."""
        names = [(w.public_name if is_public else w.name, w.listens) for w in self.people]
        listeners = [name for name, listens in names if listens]
        return {"count": len(names), "names": [name for name, _ in names], "listeners": listeners, "agent": agent}


async def watching(keys: SessionKeys) -> Watching:
    pipeline = async_client().pipeline(transaction=True)
    pipeline.hvals(keys.watchers)
    pipeline.time()
    return _watching(*await pipeline.execute())


def _watching(entries: list[bytes], time_now: tuple[int, int]) -> Watching:
    now = clock_ms(time_now)
    ends = {who: float(end) for end, who in (entry.split(b" ", 1) for entry in entries) if float(end) > now}
    people = {watcher.person: watcher for watcher in (Watcher(*json.loads(who)) for who in ends)}
    in_order = sorted(people.values(), key=lambda watcher: (watcher.listens, watcher.name))
    return Watching(in_order, (min(ends.values()) - now) / 1000 if ends else None)


async def join_watchers(keys: SessionKeys, *, console_id: str, watcher: Watcher) -> bool:
    """For LEASE_SECONDS, unless it is done again; False when SESSION_CONSOLES others watch already."""
    return bool(await JOIN.arun(*_joining(keys, console_id, watcher)))


def _joining(keys: SessionKeys, console_id: str, watcher: Watcher) -> tuple[list[str], list[Any]]:
    bounds = [limits.LEASE_SECONDS * 1000, limits.SESSION_CONSOLES]
    return [keys.watchers], [console_id, json.dumps(astuple(watcher)), *bounds]


async def remove_watcher(keys: SessionKeys, *, console_id: str) -> None:
    await async_client().hdel(keys.watchers, console_id)


async def connection_closed(
    tenant_id: UUID, session_id: UUID, *, tab: int, connection_id: str, silent_seconds: float = 0
) -> None:
    """When it was the visitor's last one and none comes back within RECONNECT_SECONDS, everybody is told.

    When others remain, they are told that the tab has gone, unless it has come back by then.
    """
    keys = SessionKeys(tenant_id, session_id)
    was_last, since = await _leave(keys, connection_id, time.monotonic() - silent_seconds)
    try:
        await asyncio.sleep(limits.RECONNECT_SECONDS)
        is_gone = await async_client().hexists(keys.state, "gone")
        holder = await async_client().hget(keys.state, f"connection:{tab}")
    except (RedisError, OSError):
        return
    if was_last and is_gone:
        await run_in_tenant(tenant_id, visitor_gone, session_id, at=datetime.fromtimestamp(since / 1000, tz=UTC))
        await apublish(tenant_id, "session", session_id, kind="visitor_gone", payload={"since": since})
    elif not was_last and holder == connection_id.encode():
        await apublish(tenant_id, "session", session_id, kind="tab_closed", payload={"tab": tab})


async def is_replaced(keys: SessionKeys, *, tab: int, connection_id: str, by: str) -> bool:
    """Whether the tab is another connection's now: the word that it is `by`'s can be older than this connection."""
    if by == connection_id:
        return False
    holder = await async_client().hget(keys.state, f"connection:{tab}")
    return holder is not None and holder != connection_id.encode()


async def _leave(keys: SessionKeys, connection_id: str, heard: float) -> tuple[bool, float]:
    """Whether it was the last, and since when it is gone, ms by the clock of Valkey; `heard` is of this process.

    Until Valkey has taken it: else the connection would count for as long as this process lives.
    """
    names = [keys.state, keys.connections, nodes_key()]
    while True:
        silent_ms = (time.monotonic() - heard) * 1000
        try:
            was_last, since = await LEAVE.arun(names, [connection_id, silent_ms, limits.SESSION_TTL_SECONDS])
            return bool(was_last), float(since)
        except (RedisError, OSError):
            end_if_cancelled()
            await asyncio.sleep(limits.NODE_BEAT_SECONDS)


@dataclass(frozen=True, slots=True)
class Look:
    """How the session stands: `state` as in SessionSummary, `since` (ms) for reconnecting, `offsets` by tab, ms.

    `tabs` are those that are connected, and the one in front, each as `TabSummary`.
    """

    state: str
    since: float | None
    reason: str
    page: int
    offsets: dict[str, float]
    tabs: list[dict[str, Any]]


async def look(keys: SessionKeys) -> Look:
    """`waiting` while no visitor has ever come."""
    pipeline = async_client().pipeline(transaction=True)
    _ask_look(pipeline, keys)
    return _look(*await pipeline.execute())


async def arrive(keys: SessionKeys, *, console_id: str, watcher: Watcher, node_id: str) -> tuple[Look, Watching] | None:
    """Join the watchers, have frames sent to the node, and see how all stands then, at one moment.

    None when SESSION_CONSOLES others watch already.
    """

    def ask(pipeline: Any) -> None:
        JOIN.add_to(pipeline, *_joining(keys, console_id, watcher))
        WATCH.add_to(pipeline, [keys.consoles], [node_id, limits.LEASE_SECONDS * 1000])
        _ask_look(pipeline, keys)
        pipeline.hvals(keys.watchers)

    has_place, _watches, *seen, watchers = await in_one_step(ask, scripts=[JOIN, WATCH])
    return (_look(*seen), _watching(watchers, seen[-1])) if has_place else None


def _ask_look(pipeline: Any, keys: SessionKeys) -> None:
    pipeline.hgetall(keys.state)
    pipeline.smembers(keys.connections)
    pipeline.zrange(nodes_key(), 0, -1, withscores=True)
    pipeline.time()


def _look(
    fields: dict[bytes, bytes],
    connections: set[bytes],
    leases: list[tuple[bytes, float]],
    time_now: tuple[int, int],
) -> Look:
    clock = clock_ms(time_now)
    held = {name.decode(): value for name, value in fields.items()}
    offsets = {name[7:]: float(value) for name, value in held.items() if name.startswith("offset:")}
    state, since = _state(held, last_beat_ms(connections, leases), clock)
    page = int(held.get("page", 0))
    living = {node for node, lease_end in leases if lease_end > clock}
    open_connections = {name for name in connections if name.partition(b".")[0] in living}
    tabs = [_tab(held, number, open_connections) for number in sorted(map(int, offsets))]
    shown = [tab for tab in tabs if tab["is_open"] or tab["tab"] == page >> TAB_SHIFT]
    return Look(state, since, held.get("ended", b"").decode(), page, offsets, shown)


def _tab(held: dict[str, bytes], number: int, open_connections: set[bytes]) -> dict[str, Any]:
    return {
        "tab": number,
        "page": int(held.get(f"at:{number}", 0)),
        "is_open": held.get(f"connection:{number}") in open_connections,
        "is_visible": f"hidden:{number}" not in held,
    }


def _state(held: dict[str, bytes], beat_ms: float | None, clock: float) -> tuple[str, float | None]:
    """A connection whose node beats again counts, also when it was taken for gone while the node stalled."""
    if "ended" in held:
        return "ended", None
    if "open" not in held:
        return "waiting", None
    if (beat_ms or 0) + limits.NODE_LEASE_SECONDS * 1000 < clock:
        since = last_known_ms(beat_ms, held.get("gone"))
        if since is None or "gone" not in held or clock - since >= limits.RECONNECT_SECONDS * 1000:
            return "reconnecting", since
    return ("paused" if "paused" in held else "live"), None
