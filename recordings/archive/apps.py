from typing import Any
from uuid import UUID

from django.apps import AppConfig


class RecordingsArchiveConfig(AppConfig):
    name = "recordings.archive"
    label = "recordings_archive"
    verbose_name = "Archive"

    def ready(self) -> None:
        from assist.channel.signals import journal_grew, session_ended

        session_ended.connect(_on_session_ended, dispatch_uid="archive.session_ended")
        journal_grew.connect(_on_journal_grew, dispatch_uid="archive.journal_grew")


def _on_session_ended(*, tenant_id: UUID, session_id: UUID, **kwargs: Any) -> None:
    from recordings.archive.tasks import close_archive, queue

    queue(close_archive, tenant_id, session_id)


def _on_journal_grew(*, tenant_id: UUID, session_id: UUID, **kwargs: Any) -> None:
    from recordings.archive.tasks import queue, write_segment

    queue(write_segment, tenant_id, session_id)
