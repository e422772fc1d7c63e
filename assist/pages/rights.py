"""The right to watch, read anew every few seconds for each console: one query for all of a tenant that ask at once."""

import asyncio
from uuid import UUID
from weakref import WeakKeyDictionary

from assist.channel.node import this_node
from helpdesk.accounts.queries import roles_of
from helpdesk.tenants.context import run_in_tenant

GATHER_SECONDS = 0.005
Asked = dict[UUID, asyncio.Future[str | None]]
_batches: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, Asked]]" = WeakKeyDictionary()


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
