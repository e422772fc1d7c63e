"""Every Celery task, run for one tenant with the ids of another."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from celery import Task
from celery.exceptions import Retry
from django.core.exceptions import ObjectDoesNotExist

from assist.channel.models import AssistSession
from assist.links.models import InviteLink
from assist.requests.models import AssistRequest
from helpdesk.celery import app
from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.jobs import LISTED_USES, UnlistedUse
from helpdesk.tenants.tasks import CrossTenantTask, LongTenantTask, TenantTask, cross_tenant_task
from recordings.keeping.models import Erasure
from recordings.video.models import Recording, VideoSegment
from tests.isolation.world import Side, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])

# What a task's argument stands for, by its name.
ARGUMENTS: dict[str, Callable[[Side], object]] = {
    "mail_id": lambda side: side.rows[OutgoingMail].pk,
    "request_id": lambda side: side.rows[AssistRequest].pk,
    "link_id": lambda side: side.rows[InviteLink].pk,
    "session_id": lambda side: side.rows[AssistSession].pk,
    "session_ids": lambda side: side.rows[AssistSession].pk,
    "recording_id": lambda side: side.rows[Recording].pk,
    "erasure_id": lambda side: side.rows[Erasure].pk,
    "segment_id": lambda side: side.rows[VideoSegment].pk,
    "tenant_id": lambda side: side.tenant_id,
}


def own_tasks() -> list[Task]:
    app.loader.import_default_modules()
    return [task for name, task in sorted(app.tasks.items()) if not name.startswith("celery.")]


def test_every_task_enters_a_tenant_or_is_listed() -> None:
    tasks = own_tasks()
    assert tasks
    strays = [task.name for task in tasks if not isinstance(task, TenantTask | LongTenantTask | CrossTenantTask)]
    assert strays == [], "declare them with tenant_task or cross_tenant_task"


def test_cross_tenant_tasks_are_exactly_the_listed_ones() -> None:
    assert {task.name for task in own_tasks() if isinstance(task, CrossTenantTask)} == set(LISTED_USES)
    with pytest.raises(UnlistedUse):
        cross_tenant_task("not.listed")


def test_every_task_leaves_the_rows_of_another_tenant_alone(world: World) -> None:
    before = world.victim.snapshot()
    for task in own_tasks():
        if not isinstance(task, CrossTenantTask):
            with suppress(LookupError, ObjectDoesNotExist, Retry):  # there is no such row for this tenant
                task(str(world.attacker.tenant_id), *arguments_of(task, world.victim, by=world.attacker))
            assert world.victim.snapshot() == before, task.name


def arguments_of(task: Task, target: Side, *, by: Side) -> list[Any]:
    """The task's arguments after the tenant; `by` is the tenant that runs it."""
    names = [p.name for p in inspect.signature(task.run).parameters.values() if p.default is p.empty]
    if isinstance(task, LongTenantTask):
        names = names[1:]
    missing = [name for name in names if name not in ARGUMENTS]
    assert not missing, f"{task.name}: add {missing} to ARGUMENTS"
    return [str(ARGUMENTS[name](target)) for name in names]
