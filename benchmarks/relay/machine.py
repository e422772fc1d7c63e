"""Real services on the core of the load generator, with the schema in place."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from benchmarks.relay.servers import OTHER_CORE, ROOT
from helpdesk.embedded.supervisor import Services

OPEN_FILES = 16384


@contextmanager
def services(folder: Path) -> Iterator[Callable[[int], list[dict[str, str]]]]:
    """Yields what makes sessions. Everything that is started here inherits the core and the number of open files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    os.sched_setaffinity(0, {OTHER_CORE})
    home = folder / "home"
    home.mkdir()
    folder.chmod(0o711)
    running = Services(home)
    try:
        os.environ |= running.start(given={}) | {"ALONGSIDE_HOME": str(home)}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "helpdesk.settings", "PUBLIC_URL": "http://localhost:8000"}
        migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, check=True)
        django.setup()
        from benchmarks.relay.sessions import make_sessions

        yield make_sessions
    finally:
        from django.db import connections

        connections.close_all()
        running.stop()
