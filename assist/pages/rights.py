"""The right to watch: read with all that a console is told first, then anew every few seconds.

One query for all of a tenant that ask at once.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db.models import Subquery

from assist.channel.models import AssistSession
from assist.channel.node import this_node
from assist.channel.queries import SessionFacts, facts_of
from assist.pages.queries import page_summaries
from helpdesk.accounts.models import Membership, Role
from helpdesk.accounts.queries import roles_of
from helpdesk.accounts.roles import role_includes
from helpdesk.tenants.context import run_in_tenant

GATHER_SECONDS = 0.005
Asked = dict[UUID, asyncio.Future[str | None]]
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


async def role_in(tenant_id: UUID, user_id: UUID) -> str | None:
    """None for somebody who is not a member; raises what the database raises."""
    loop = asyncio.get_running_loop()
    batches = _batches.setdefault(loop, {})
    if tenant_id not in batches:
        batches[tenant_id] = {}
        this_node().spawn(_answer(batches, tenant_id))
    asked = batches[tenant_id]
    if user_id not in asked:
        asked[user_id] = loop.create_future()
    return await asyncio.shield(asked[user_id])


async def _answer(batches: dict[UUID, Asked], tenant_id: UUID) -> None:
    await asyncio.sleep(GATHER_SECONDS)
    asked = batches.pop(tenant_id)
    try:
        roles = await run_in_tenant(tenant_id, roles_of, list(asked))
    except Exception as error:
        for future in asked.values():
            future.set_exception(error)
            future.exception()  # nobody may be waiting any more
    else:
        for user_id, future in asked.items():
            future.set_result(roles.get(user_id))
