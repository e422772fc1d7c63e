"""What this step does when an earlier one tells it something; connected by the app's configuration."""

from typing import Any
from uuid import UUID

from helpdesk.tenants.context import tenant_scope
from recordings.video import actions


def on_session_ended(*, tenant_id: UUID, session_id: UUID, **_kwargs: Any) -> None:
    with tenant_scope(tenant_id):
        actions.create_recording(session_id)


def on_archive_closed(*, tenant_id: UUID, session_id: UUID, **_kwargs: Any) -> None:
    with tenant_scope(tenant_id):
        recording = actions.create_recording(session_id)
        if recording is not None:
            actions.queue_recording(recording)
