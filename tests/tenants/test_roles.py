"""A process that could step over row-level security doesn't start."""

import os
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from django.apps import apps
from django.db import connection, connections
from django.db.backends.signals import connection_created

from helpdesk.tenants.apps import TenantsConfig
from helpdesk.tenants.roles import PowerfulRole, refuse_powerful_role

ROOT = Path(__file__).parents[2]
STARTS = {
    "web": ["-m", "uvicorn", "helpdesk.asgi:application", "--port", "0"],
    "worker": ["-m", "celery", "-A", "helpdesk", "worker", "--pool", "solo"],
    "beat": ["-m", "celery", "-A", "helpdesk", "beat", "--schedule", "{folder}/schedule"],
}


@pytest.mark.parametrize("process", STARTS)
def test_process_with_the_owners_role_refuses_to_start(process: str, tmp_path: Path) -> None:
    command = [sys.executable, *(part.format(folder=tmp_path) for part in STARTS[process])]
    environment = os.environ | {"DATABASE_URL": os.environ["DATABASE_OWNER_URL"]}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "is an owner of the data" in ended.stderr + ended.stdout


@pytest.mark.django_db(databases=["default", "owner", "jobs"])
def test_roles_of_application_and_jobs_are_powerless_and_the_owners_is_not() -> None:
    refuse_powerful_role(connection)
    refuse_powerful_role(connections["jobs"])
    with pytest.raises(PowerfulRole):
        refuse_powerful_role(connections["owner"])


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_applications_connection_is_checked_when_it_opens() -> None:
    config, owner = cast(TenantsConfig, apps.get_app_config("tenants")), connections["owner"]
    was_checked, config.role_is_checked = config.role_is_checked, False
    try:
        owner.alias = "default"
        with pytest.raises(PowerfulRole):
            connection_created.send(sender=type(owner), connection=owner)
    finally:
        owner.alias, config.role_is_checked = "owner", was_checked
