"""When segments are written: as soon as enough has come (`journal_grew`), else by the sweep, and at the end."""

from uuid import UUID

from django.utils import timezone

from assist.channel.live import SessionKeys
from assist.channel.queries import open_sessions_of_all_tenants, sessions_without_archive_of_all_tenants
from assist.channel.valkey import sync_client
from helpdesk.tenants.tasks import cross_tenant_task, tenant_task
from recordings.archive import actions


@tenant_task("recordings.archive.write_segment", long=True)
def write_segment(tenant_id: UUID, session_id: str) -> None:
    while actions.write_segment(tenant_id, UUID(session_id), now=timezone.now()):
        pass


@tenant_task("recordings.archive.close", long=True)
def close_archive(tenant_id: UUID, session_id: str) -> None:
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
            write_segment.delay(str(tenant_id), str(session_id))
    for tenant_id, session_id in sessions_without_archive_of_all_tenants():
        close_archive.delay(str(tenant_id), str(session_id))
