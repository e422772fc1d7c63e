from typing import Any
from uuid import UUID

from django.apps import AppConfig


class RecordingsSearchConfig(AppConfig):
    name = "recordings.search"
    label = "recordings_search"
    verbose_name = "Search"

    def ready(self) -> None:
        from recordings.archive.signals import archive_closed

        archive_closed.connect(_on_archive_closed, dispatch_uid="recordings.search")


def _on_archive_closed(*, tenant_id: UUID, session_id: UUID, **kwargs: Any) -> None:
    from recordings.search.tasks import queue_reading

    queue_reading(tenant_id, session_id)
