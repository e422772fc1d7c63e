"""When segments are written: as soon as enough has come (`journal_grew`), else by the sweep, and at the end."""

from uuid import UUID

from celery import Task
from django.conf import settings
from django.utils import timezone

from assist.channel.live import SessionKeys
from assist.channel.queries import open_sessions_of_all_tenants, sessions_without_archive_of_all_tenants
from assist.channel.valkey import sync_client
from helpdesk.tenants.keys import session_key
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task
from recordings.archive import actions

QUEUED_SECONDS = 15


@tenant_task("recordings.archive.write_segment", long=True)
def write_segment(tenant_id: UUID, session_id: str) -> None:
    _has_begun(write_segment, tenant_id, session_id)
    while actions.write_segment(tenant_id, UUID(session_id), now=timezone.now()):
        pass


@tenant_task("recordings.archive.close", long=True)
def close_archive(tenant_id: UUID, session_id: str) -> None:
    _has_begun(close_archive, tenant_id, session_id)
    actions.close_archive(tenant_id, UUID(session_id), now=timezone.now())


@cross_tenant_task("recordings.archive.sweep")
def sweep() -> None:
    """Sessions that have something in their journal, and ended ones whose archive a worker did not get to close."""
    open_sessions = open_sessions_of_all_tenants()
    pipeline = sync_client().pipeline(transaction=False)
    for tenant_id, session_id in open_sessions:
        pipeline.xlen(SessionKeys(tenant_id, session_id).journal)
    for (tenant_id, session_id), waiting in zip(open_sessions, pipeline.execute(), strict=True):
        if waiting:
            queue(write_segment, tenant_id, session_id)
    for tenant_id, session_id in sessions_without_archive_of_all_tenants():
        queue(close_archive, tenant_id, session_id)


def queue(task: Task, tenant_id: UUID, session_id: UUID) -> None:
    """Once until it begins, or in QUEUED_SECONDS: the broker can lose it on its way to a worker.

    What no worker takes is dropped, lest it pile up in the broker: the sweep finds the session again.
    """
    if sync_client().set(_queued_key(task, tenant_id, session_id), 1, nx=True, ex=QUEUED_SECONDS):
        task.apply_async((str(tenant_id), str(session_id)), expires=settings.SWEEP_EXPIRES_SECONDS)


def _has_begun(task: Task, tenant_id: UUID, session_id: str) -> None:
    sync_client().delete(_queued_key(task, tenant_id, session_id))


def _queued_key(task: Task, tenant_id: UUID, session_id: UUID | str) -> str:
    return session_key(tenant_id, session_id, "queued", task.name)
