"""What takes as long as a video, or as deleting a tenant's recordings, must not keep anything else waiting."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from assist.channel.valkey import sync_client
from helpdesk.celery import app
from helpdesk.tenants.context import tenant_scope
from tests import factories

RENDERING = {f"recordings.video.{task}" for task in ("prepare", "render", "join")}
DELETING = {f"recordings.keeping.{task}" for task in ("delete_due", "delete_objects", "delete_orphans", "erase")}
SLOW = RENDERING | DELETING
BESIDE = {"recordings.search.read", "recordings.video.extras"}


def test_only_what_takes_long_goes_to_queues_of_its_own() -> None:
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    assert set(ours) >= SLOW
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}
    assert {name for name, queue in queues.items() if queue == "render"} == SLOW
    assert {name for name, queue in queues.items() if queue == "search"} == BESIDE
    assert set(queues.values()) == {"celery", "render", "search"}


@pytest.mark.parametrize("queue", ["celery", "render", "search"])
def test_worker_without_a_choice_of_queues_takes_all(queue: str) -> None:
    assert queue in app.amqp.queues


@pytest.mark.django_db(transaction=True, databases=["default", "jobs"])
@pytest.mark.parametrize("waiting", [0, 7, 20])
def test_sweep_does_not_fill_a_queue_that_nobody_works_through(
    tenant: Any, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recordings.video import tasks

    monkeypatch.setattr(tasks, "SWEEP_MOST", 10)
    client, long_ago = sync_client(), timezone.now() - timedelta(hours=1)
    with tenant_scope(tenant.id):
        for _ in range(3):
            factories.recording(session=factories.assist_session(archive_closed_at=long_ago))
    client.delete(settings.RENDER_QUEUE)
    for _ in range(waiting):
        client.lpush(settings.RENDER_QUEUE, "{}")
    for _ in range(9):
        tasks.sweep_task()
    assert client.llen(settings.RENDER_QUEUE) == max(10, waiting)
    client.delete(settings.RENDER_QUEUE)
