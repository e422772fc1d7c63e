"""The right to watch: read with all that a console is told first, then anew every few seconds.

One read for all of a tenant that ask at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db.models import Subquery

from assist.channel.models import AssistSession
from assist.channel.node import this_node
from assist.channel.queries import SessionFacts, agents_of, facts_of
from assist.pages.queries import page_summaries
from helpdesk.accounts.models import Membership, Role
from helpdesk.accounts.queries import roles_of
from helpdesk.accounts.roles import role_includes
from helpdesk.tenants.context import run_in_tenant

GATHER_SECONDS = 0.005
Key = tuple[UUID, UUID]  # who asks, and about which session


@dataclass(frozen=True)
class Standing:
    """`agent` is whose session it is, as in `agents_of`."""

    role: str
    agent: dict[str, str]


Asked = dict[Key, asyncio.Future[Standing | None]]
_batches: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, Asked]]" = WeakKeyDictionary()


@dataclass(frozen=True)
class Admission:
    """`pages` are summaries as in the protocol."""

    role: str
    facts: SessionFacts
    pages: list[dict[str, Any]]


def admission(session_id: UUID, *, user_id: UUID) -> Admission | None:
    """None for who may not watch it, or for no session of this tenant."""
    role = Subquery(Membership.objects.filter(user_id=user_id).values("role")[:1])
    sessions = AssistSession.objects.select_related("request", "agent").annotate(role=role)
    row = sessions.filter(id=session_id).first()
    if row is None or not may_watch(row.role):
        return None
    return Admission(row.role, facts_of(row), page_summaries(session_id))


def may_watch(role: str | None) -> bool:
    """`role` is None for somebody who is not a member."""
    return role is not None and role_includes(role, Role.AGENT)


async def standing_in(tenant_id: UUID, user_id: UUID, session_id: UUID) -> Standing | None:
    """None for somebody who is not a member; raises what the database raises."""
    loop = asyncio.get_running_loop()
    batches = _batches.setdefault(loop, {})
    if tenant_id not in batches:
        batches[tenant_id] = {}
        this_node().spawn(_answer(batches, tenant_id))
    asked, key = batches[tenant_id], (user_id, session_id)
    if key not in asked:
        asked[key] = loop.create_future()
    return await asyncio.shield(asked[key])


async def _answer(batches: dict[UUID, Asked], tenant_id: UUID) -> None:
    await asyncio.sleep(GATHER_SECONDS)
    asked = batches.pop(tenant_id)
    try:
        standings = await run_in_tenant(tenant_id, _standings, list(asked))
    except Exception as error:
        for future in asked.values():
            future.set_exception(error)
            future.exception()  # nobody may be waiting any more
    else:
        for key, future in asked.items():
            future.set_result(standings.get(key))


def _standings(asked: Sequence[Key]) -> dict[Key, Standing]:
    roles, agents = roles_of({user_id for user_id, _ in asked}), agents_of({session_id for _, session_id in asked})
    return {(who, of): Standing(roles[who], agents[of]) for who, of in asked if who in roles and of in agents}
