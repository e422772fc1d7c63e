"""What takes as long as a video must not keep anything else waiting."""

import pytest

from helpdesk.celery import app

SLOW = {"recordings.video.prepare", "recordings.video.render", "recordings.video.join"}


def test_only_the_making_of_videos_goes_to_the_queue_render() -> None:
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    assert set(ours) >= SLOW
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}
    assert {name for name, queue in queues.items() if queue == "render"} == SLOW
    assert set(queues.values()) == {"celery", "render"}


@pytest.mark.parametrize("queue", ["celery", "render"])
def test_worker_without_a_choice_of_queues_takes_both(queue: str) -> None:
    assert queue in app.amqp.queues
