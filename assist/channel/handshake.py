"""How a visitor's connection begins: token, origin, tab, then its place in Valkey."""

import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from assist.channel import limits
from assist.channel.actions import SessionEnded, TooManyTabs, visitor_seen
from assist.channel.choices import Choice
from assist.channel.connection import Intake
from assist.channel.hand_over import hand_over_part
from assist.channel.live import RECORD, SessionKeys, server_record
from assist.channel.metrics import meters_of
from assist.channel.models import SessionState
from assist.channel.node import this_node
from assist.channel.presence import connection_closed
from assist.channel.protocol import PROTOCOL_VERSION, ErrorCode, FrameKind
from assist.channel.queries import SessionFacts, facts_of
from assist.channel.router import welcome_parts
from assist.channel.signed_rules import INJECTION as RULES
from assist.channel.signed_rules import rules_part
from assist.channel.socket import Refused
from assist.channel.turns import turn
from assist.channel.valkey import Script, async_client, clock_ms, end_if_cancelled
from helpdesk.tenants.context import run_in_tenant, run_without_tenant
from helpdesk.tenants.keys import nodes_key
from helpdesk.tenants.lookups import assist_session_of_hash
from helpdesk.tenants.origins import origin_is_allowed
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.secrets import sha256_hex

OPEN_TAB = Script(
    "open_tab",
    NODE_LEASE_SECONDS=limits.NODE_LEASE_SECONDS,
    SESSION_SOCKETS=limits.SESSION_SOCKETS,
    SESSION_TTL_SECONDS=limits.SESSION_TTL_SECONDS,
)
TAKEN, ENDED = 0, 2
INJECTIONS = {"inline", "blob", "url", RULES}


@dataclass(frozen=True)
class Entry:
    """What the row says at a hello.

    `tenant` is the short name, `parts` are the fields of `welcome` that later steps bring.
    """

    facts: SessionFacts
    tab: int
    tenant: str
    parts: dict[str, Any]


async def find_tenant(session_id: UUID, *, token: str, address: str) -> UUID:
    """Raise `Refused(bad_token)` unless the token is of this session, `rate_exceeded` after too many from there."""
    hellos, token_hash = this_node().hellos, sha256_hex(token[:200])
    guess = session_id, token_hash
    async with hellos.looked_up(address, guess=guess) as wrong:
        if wrong is None:
            raise Refused(ErrorCode.RATE_EXCEEDED)
        found = await run_without_tenant(assist_session_of_hash, token_hash)
        if found is None or not hmac.compare_digest(found.id.bytes, session_id.bytes):
            wrong.take(1)
            raise Refused(ErrorCode.BAD_TOKEN)
    hellos.was_right(guess)
    return found.tenant_id


async def enter(
    tenant_id: UUID, session_id: UUID, hello: dict[str, Any], *, heard_at_ms: float, origin: str
) -> tuple[Entry, Intake, Choice]:
    """The row's facts, the intake of the tab, and the visitor's choice; raises `Refused`.

    `heard_at_ms` is when the hello came: the clocks are compared by it, since reading rows takes time.
    """
    if hello["version"] != PROTOCOL_VERSION:
        raise Refused(ErrorCode.VERSION)
    if hello["injection"] not in INJECTIONS or not 0 <= hello["tab"] <= limits.SESSION_TABS:
        raise Refused(ErrorCode.BAD_MESSAGE)
    if not 0 <= hello["time"] < limits.CLOCK_MS:
        raise Refused(ErrorCode.BAD_MESSAGE)
    keys, node_id = SessionKeys(tenant_id, session_id), await this_node().known_id()
    async with turn(session_id):
        if hello["tab"] == 0 and await _is_full(keys):
            raise Refused(ErrorCode.NOT_ALLOWED)
        entry = await run_in_tenant(tenant_id, _enter_row, session_id, hello=hello, origin=origin)
    offset_ms, stored = heard_at_ms - hello["time"], entry.facts.durable_seqs.get(str(entry.tab), 0)
    clock = {"offset_ms": offset_ms, "started_ms": entry.facts.started_at_ms or 0}
    meters = meters_of(entry.tenant)
    intake = Intake(keys, meters=meters, node_id=node_id, tab=entry.tab, stored=stored, **clock)
    try:
        choice = await _open_tab(intake, entry, offset_ms=offset_ms)
        end_if_cancelled()
    except Refused:
        raise
    except BaseException:
        # Valkey may have taken it although its answer did not come.
        this_node().spawn(_closed(intake))
        raise
    return entry, intake, choice


async def _closed(intake: Intake) -> None:
    keys = intake.keys
    await connection_closed(keys.tenant_id, keys.session_id, tab=intake.tab, connection_id=intake.connection_id)


async def _is_full(keys: SessionKeys) -> bool:
    """A new tab would be refused below: it does not even get a number."""
    held = await async_client().smembers(keys.connections)
    if len(held) < limits.SESSION_SOCKETS:
        return False
    now = clock_ms(await async_client().time())
    alive = set(await async_client().zrangebyscore(nodes_key(), now, "+inf"))
    return sum(connection.partition(b".")[0] in alive for connection in held) >= limits.SESSION_SOCKETS


def _enter_row(session_id: UUID, *, hello: dict[str, Any], origin: str) -> Entry:
    tenant, tab = current_tenant(), hello["tab"]
    if not origin_is_allowed(origin, patterns=tenant.allowed_origins):
        raise Refused(ErrorCode.BAD_ORIGIN)
    try:
        row = visitor_seen(session_id, tab=tab, now=timezone.now())
    except SessionEnded as ended:
        raise Refused(ErrorCode.SESSION_ENDED, reason=str(ended)) from None
    except TooManyTabs:
        raise Refused(ErrorCode.NOT_ALLOWED) from None
    if tab > row.tab_count:
        raise Refused(ErrorCode.BAD_MESSAGE)
    parts = {field: part() for field, part in welcome_parts.items()}
    if hello["injection"] == RULES:
        parts = rules_part(parts, known=hello["capture"], tenant_id=tenant.id, session_id=session_id)
    parts |= {"hand_over": hand_over_part(session_id), "asset_hosts": tenant.asset_hosts}
    return Entry(facts_of(row), tab or row.tab_count, tenant.slug, parts)


async def _open_tab(intake: Intake, entry: Entry, *, offset_ms: float) -> Choice:
    keys = intake.keys
    started = server_record(FrameKind.SESSION_START, payload={"started_at_ms": entry.facts.started_at_ms})
    names = [keys.state, keys.journal, keys.consoles]
    await RECORD.arun(names, ["started", "1", started, keys.session_id.bytes])
    record = server_record(FrameKind.TAB_HELLO, payload={"tab": intake.tab, "offset_ms": offset_ms})
    names = [keys.state, keys.connections, keys.consoles, keys.journal, nodes_key()]
    was_paused = int(entry.facts.state == SessionState.PAUSED)
    values = [intake.connection_id, intake.tab, intake.stored, record, offset_ms, keys.session_id.bytes, was_paused]
    status, stored, paused, chosen_at = await OPEN_TAB.arun(names, values)
    if status != TAKEN:
        raise Refused(ErrorCode.SESSION_ENDED if status == ENDED else ErrorCode.NOT_ALLOWED)
    intake.accepted = intake.stored = int(stored)
    return Choice(int(chosen_at), bool(paused))
