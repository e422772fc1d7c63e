"""The whole system as `make run` starts it, and commands that join it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from helpdesk.embedded import ports, processes
from helpdesk.embedded.system import System
from tests.shell.test_supervisor import NOTHING_GIVEN

SEED = [sys.executable, "manage.py", "seed_demo", "--json"]


def test_seed_from_another_terminal_is_that_of_the_running_system(home: Path) -> None:
    unset = (*NOTHING_GIVEN, "PUBLIC_URL", "STAGE_ORIGIN", "EMAIL_URL", "S3_PUBLIC_ENDPOINT_URL")
    given = {**os.environ, **dict.fromkeys(unset, ""), "PORT": str(ports.any_free())}
    with System(home=home, given=given) as system:
        told = subprocess.run(
            SEED, cwd=processes.ROOT, env={**given, "ALONGSIDE_HOME": str(home)}, capture_output=True, check=True
        )
        assert json.loads(told.stdout) == system.seed
        assert system.seed["base_url"] == system.base_url
    refused = subprocess.run(
        SEED, cwd=processes.ROOT, env={**given, "ALONGSIDE_HOME": str(home)}, capture_output=True, text=True
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Nothing runs here: start it with `make run`")
