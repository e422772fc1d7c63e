"""The other ways in: tasks and commands."""

from io import StringIO
from typing import Any

import pytest
from django.core.management.base import CommandError

from helpdesk.tenants.commands import TenantCommand
from helpdesk.tenants.context import TenantNotSet, current_tenant_id, tenant_scope
from helpdesk.tenants.tasks import LongTenantTask, TenantTask
from helpdesk.tickets.models import Queue
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


class NameTask(TenantTask):
    name = "test.name"

    def run(self, prefix: str) -> str:
        return prefix + str(current_tenant_id())


class LongTask(LongTenantTask):
    name = "test.long"

    def run(self, tenant_id: Any, prefix: str) -> str:
        with pytest.raises(TenantNotSet):
            current_tenant_id()
        with tenant_scope(tenant_id):
            return prefix + str(current_tenant_id())


class NamesCommand(TenantCommand):
    def handle_tenant(self, *args: Any, **options: Any) -> None:
        self.stdout.write(",".join(Queue.objects.values_list("name", flat=True)))


@pytest.mark.parametrize("task", [NameTask(), LongTask()])
def test_task_takes_the_tenant_as_its_first_argument(task: TenantTask) -> None:
    tenant = factories.tenant()
    assert task(str(tenant.id), "t:") == f"t:{tenant.id}"


@pytest.mark.parametrize("task", [NameTask(), LongTask()])
def test_task_without_a_tenant_fails(task: TenantTask) -> None:
    with pytest.raises(ValueError, match="UUID"):
        task("t:", "x")


def test_command_runs_for_the_tenant_of_its_short_name() -> None:
    for slug in ("one", "two"):
        with tenant_scope(factories.tenant(slug).id):
            factories.queue(name=f"queue of {slug}")
    out = StringIO()
    NamesCommand(stdout=out).handle(tenant="two")
    assert out.getvalue() == "queue of two\n"


def test_command_for_an_unknown_tenant_says_so() -> None:
    with pytest.raises(CommandError, match="no tenant 'nowhere'"):
        NamesCommand().handle(tenant="nowhere")
