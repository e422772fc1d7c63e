"""Every use of the jobs role, which sees listed tables of all tenants. What is not named here is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

JOBS_ALIAS = "jobs"

LISTED_USES = {
    "helpdesk.mail.sweep": "finds mail that a lost worker or broker left unsent, and hands each to its tenant's task",
    "assist.requests.sweep": "finds requests that nobody answered in time, and hands each to its tenant's task",
    "assist.links.sweep": "finds links that ran out, and hands each to its tenant's task",
    "assist.channel.sweep": "finds sessions whose visitor vanished, and hands each to its tenant's task",
    "recordings.archive.sweep": "finds sessions whose archive is unfinished, and hands each to its tenant's task",
    "helpdesk.audit.sweep": "finds tenants whose audit log has old events, and hands each to its tenant's task",
    "recordings.keeping.sweep": "has each tenant's tasks look for sessions older than it keeps them, and for orphans",
    "recordings.keeping.resume_all": "has each tenant's tasks go on with erasures and objects that a worker has left",
    "recordings.search.sweep": "finds ended sessions whose text is not read, and hands each to its tenant's task",
    "recordings.video.sweep": "finds recordings that a dead worker left, and hands each to its tenant's task",
}


class UnlistedUse(RuntimeError):
    """The jobs role was used outside the uses listed in this module."""


_use: ContextVar[str | None] = ContextVar("jobs_use", default=None)


@contextmanager
def across_tenants(use: str) -> Iterator[None]:
    """Allow `Model.across_tenants` inside the block, for one of `LISTED_USES`."""
    if use not in LISTED_USES:
        raise UnlistedUse(f"{use!r} is not listed in helpdesk.tenants.jobs; add it there with its reason.")
    token = _use.set(use)
    try:
        yield
    finally:
        _use.reset(token)


def require_listed_use() -> None:
    if _use.get() is None:
        raise UnlistedUse("Model.across_tenants works only inside a listed use: see helpdesk.tenants.jobs.")
