"""Real services with the schema in place, and Django on them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from helpdesk.embedded import browser
from helpdesk.embedded.supervisor import Services

ROOT = Path(__file__).parents[2]


@contextmanager
def services() -> Iterator[Path]:
    """Real services with the schema in place, and Django on them; yields a folder for logs."""
    folder = Path(tempfile.mkdtemp(prefix="alongside-bench-"))
    home = folder / "home"
    home.mkdir(mode=0o711)
    folder.chmod(0o711)
    running = Services(home)
    try:
        os.environ |= running.start(given={}) | browser.environment(home) | {"ALONGSIDE_HOME": str(home)}
        os.environ |= {"PUBLIC_URL": "http://localhost:8000", "STAGE_ORIGIN": "http://stage.localhost:8000"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
        migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, check=True)
        django.setup()
        yield folder
    finally:
        from django.db import connections

        connections.close_all()
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)
