"""One runner a tenant: what of one has to be deleted keeps at most one worker busy for each kind of work."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.db import connection

P = ParamSpec("P")
Body = Callable[Concatenate[UUID, P], None]

# Of all advisory locks of two keys these are of runners; that of `assist.pages.locks` is 1.
SPACE = 2


def one_a_tenant(body: Body[P]) -> Body[P]:
    """Do nothing while another worker is at it: it, or the sweep, does what is left.

    A lock of the connection, not of a transaction, since each step has one of its own; it ends with the worker.
    """

    @wraps(body)
    def run(tenant_id: UUID, *args: P.args, **kwargs: P.kwargs) -> None:
        of: tuple[int, str] = (SPACE, f"{body.__name__} {tenant_id}")
        if not _call("SELECT pg_try_advisory_lock(%s, hashtext(%s))", of):
            return
        try:
            body(tenant_id, *args, **kwargs)
        finally:
            _call("SELECT pg_advisory_unlock(%s, hashtext(%s))", of)

    return run


def _call(sql: str, of: Sequence[int | str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, of)
        (answer,) = cursor.fetchone()
    return bool(answer)
