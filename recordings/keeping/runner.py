"""One runner a tenant: what of one has to be deleted keeps at most one worker busy for each kind of work."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from recordings.video.locks import alone_at

P = ParamSpec("P")
Body = Callable[Concatenate[UUID, P], None]


def one_a_tenant(body: Body[P]) -> Body[P]:
    """Do nothing while another worker is at it: it, or the sweep, does what is left."""

    @wraps(body)
    def run(tenant_id: UUID, *args: P.args, **kwargs: P.kwargs) -> None:
        with alone_at(body.__name__, tenant_id) as is_alone:
            if is_alone:
                body(tenant_id, *args, **kwargs)

    return run
