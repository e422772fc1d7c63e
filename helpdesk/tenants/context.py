"""The tenant in whose name the current code runs. This is the second lock; it also turns the key of the first.

There is one way in for each kind of edge, and all of them end in `tenant_scope`:
HTTP `helpdesk.tenants.middleware`, socket message `run_in_tenant`, task `helpdesk.tenants.tasks`,
command `helpdesk.tenants.commands`, streamed answer `helpdesk.tenants.streaming`.
"""

import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction

from helpdesk.tenants.executor import in_executor

P = ParamSpec("P")
T = TypeVar("T")

TENANT_VARIABLE = "alongside.tenant"


class TenantNotSet(RuntimeError):
    """Tenant data was touched where no tenant is set, or in another thread than the one that entered the tenant."""


class WrongTenant(RuntimeError):
    """A second tenant was entered inside the first, or a row of another tenant was about to be written."""


@dataclass(frozen=True)
class _Scope:
    tenant_id: UUID
    thread_id: int


_scope: contextvars.ContextVar[_Scope | None] = contextvars.ContextVar("tenant_scope", default=None)


def current_tenant_id() -> UUID:
    """The tenant of the running scope; raises `TenantNotSet` outside of one.

    Context variables travel into other threads, database connections don't, so a scope counts only in its own thread.
    """
    scope = _scope.get()
    if scope is None:
        raise TenantNotSet("No tenant is set: enter one with tenant_scope(tenant_id) or run_in_tenant(tenant_id, fn).")
    if scope.thread_id != threading.get_ident():
        raise TenantNotSet("Entered in another thread: in async code use run_in_tenant(tenant_id, fn).")
    return scope.tenant_id


@contextmanager
def tenant_scope(tenant_id: UUID) -> Iterator[None]:
    """One transaction on `default` in the name of `tenant_id`; inside the same tenant it becomes a savepoint.

    Functions given to `transaction.on_commit` run after the scope has ended, hence without a tenant.
    Raises `WrongTenant` inside the scope of another tenant.
    """
    outer = _scope.get()
    if outer is not None and outer.tenant_id != tenant_id:
        raise WrongTenant("A scope of one tenant can't be opened inside the scope of another.")
    if outer is not None and outer.thread_id == threading.get_ident():
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        _set_variable(str(tenant_id))
        token = _scope.set(_Scope(tenant_id=tenant_id, thread_id=threading.get_ident()))
        try:
            yield
        finally:
            _scope.reset(token)
        _leave_enclosing_transaction_without_tenant()


def _leave_enclosing_transaction_without_tenant() -> None:
    """A local setting outlives an inner atomic block: without this, code after the scope would still see the tenant."""
    if len(connection.savepoint_ids) and not connection.needs_rollback:
        _set_variable("")


def _set_variable(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [TENANT_VARIABLE, value])


async def run_in_tenant(tenant_id: UUID, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run the synchronous `fn(*args, **kwargs)` in the scope of `tenant_id`: the only way from async code to the ORM.

    At most `DATABASE_THREADS` calls of a process run at once; the others wait their turn. Raises `DatabaseHangs`.
    """
    return await in_executor(partial(_call_in_scope, tenant_id, partial(fn, *args, **kwargs)))


async def run_without_tenant(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """As `run_in_tenant`, for the look-ups that come before a tenant is known (`helpdesk.tenants.lookups`)."""
    return await in_executor(partial(fn, *args, **kwargs))


def _call_in_scope(tenant_id: UUID, call: Callable[[], T]) -> T:
    with tenant_scope(tenant_id):
        return call()
