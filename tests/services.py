"""One set of real services for a test session; a database, a Valkey database and a bucket for each xdist worker.

The first process of the session (xdist's controller, or the only one) starts the services in a home of its own and
migrates a template database; each worker copies the template. The variables are set before Django reads its
settings. `django_db(transaction=True)` tests commit for real and are cleaned up as superuser, since the
application's role may not truncate.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import django
import psycopg
import pytest
from psycopg import sql

from helpdesk.embedded import browser
from helpdesk.embedded.postgres import create_database
from helpdesk.embedded.state import State
from helpdesk.embedded.store import client
from helpdesk.embedded.supervisor import Services

ROOT = Path(__file__).parent.parent
HOME_VARIABLE = "ALONGSIDE_TEST_HOME"
TEMPLATE = "alongside"
# Rows that migrations and their signals put there and that every test relies on.
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission", "django_site"}


def pytest_configure(config: pytest.Config) -> None:
    """Start or join the session's services and choose this worker's part of them."""
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    if worker == "main":
        config.add_cleanup(start_services().stop_and_remove)
    if is_controller(config):
        # A worker that inherits the name would read the settings before it has a database of its own.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        return
    enter_worker(worker)
    os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
    django.setup()


def is_controller(config: pytest.Config) -> bool:
    """True for the xdist process that runs no tests itself."""
    return bool(getattr(config.option, "numprocesses", None)) and not hasattr(config, "workerinput")


class TestServices(Services):
    """Services that lose everything when they stop."""

    __test__ = False

    def stop_and_remove(self) -> None:
        """Stop, and remove the home with what was left in it."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def start_services() -> TestServices:
    """Start them in a new home, migrate the template, and name the home to the workers."""
    home = Path(tempfile.mkdtemp(prefix="alongside-test-"))
    home.chmod(0o711)
    services = TestServices(home, durable=False)
    os.environ |= {HOME_VARIABLE: str(home), "ALONGSIDE_HOME": str(home)}
    os.environ |= {"PUBLIC_URL": "http://localhost:8000", "STAGE_ORIGIN": "http://stage.localhost:8000"}
    # Other sites of the tests are at these addresses; every other one of this machine is as forbidden as ever.
    os.environ["ASSET_FETCH_NETWORKS"] = "127.0.0.1/32,::1/128"
    services.start(given={}, meanwhile=partial(prepare, home))
    return services


def prepare(home: Path, added: dict[str, str]) -> None:
    """What takes time and needs no store: the migrations, and a browser, which may have to be unpacked."""
    os.environ |= added
    migrating = start_migrating()
    os.environ |= browser.environment(home)
    told, _ = migrating.communicate()
    if migrating.returncode:
        raise pytest.UsageError(f"The migrations failed.\n{told}")


def start_migrating() -> "subprocess.Popen[str]":
    """As the owner, in a process of their own."""
    command = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def enter_worker(worker: str) -> None:
    """Point the variables at this worker's database, Valkey databases and bucket, made fresh."""
    state = State(Path(os.environ[HOME_VARIABLE]))
    number = 0 if worker == "main" else int(worker.removeprefix("gw")) + 1
    database, bucket = f"test_{worker}", f"alongside-{worker}"
    with superuser(state, "postgres") as connection:
        create_database(connection, database, template=TEMPLATE)
    store_environment = dict(os.environ)
    client(store_environment).create_bucket(Bucket=bucket)
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_JOBS_URL"):
        os.environ[variable] = replace_path(os.environ[variable], database)
    os.environ["REDIS_URL"] = replace_path(os.environ["REDIS_URL"], str(number))
    os.environ["S3_BUCKET"] = bucket


def replace_path(url: str, path: str) -> str:
    """The same URL with another database."""
    return f"{url.rpartition('/')[0]}/{path}"


def superuser(state: State, database: str) -> psycopg.Connection:
    """A superuser's connection to the session's server."""
    host_and_port = os.environ["DATABASE_URL"].rpartition("@")[2].partition("/")[0]
    password = state.secret("alongside_super_password")
    url = f"postgres://alongside_super:{password}@{host_and_port}/{database}"
    return psycopg.connect(url, autocommit=True)


def empty_all_tables() -> None:
    """Remove every committed row of this worker's database, whoever's it is, but what migrations put there."""
    database = os.environ["DATABASE_URL"].rpartition("/")[2]
    with superuser(State(Path(os.environ[HOME_VARIABLE])), database) as connection:
        filled = filled_tables(connection)
        if filled:
            truncate(connection, filled)


def truncate(connection: psycopg.Connection, tables: list[str]) -> None:
    """A server that the test started may still write; of two in a deadlock PostgreSQL may stop this one."""
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    for _ in range(10):
        with contextlib.suppress(psycopg.errors.DeadlockDetected):
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
            return
    raise AssertionError("a server keeps the tables busy")


def filled_tables(connection: psycopg.Connection) -> list[str]:
    """Those with at least one row, but what migrations filled; all are asked at once."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    asked = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    questions = [asked.format(sql.Literal(name), sql.Identifier(name)) for (name,) in tables if name not in KEPT_TABLES]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(questions))]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """The database is there already; teach Django's transaction tests how to empty it."""
    from django.test import TransactionTestCase

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: empty_all_tables()
    yield
    TransactionTestCase._fixture_teardown = original
