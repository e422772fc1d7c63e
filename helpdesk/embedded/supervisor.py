"""Starts what the environment does not name, in parallel, and stops all of it."""

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.process import Child, ServiceFailed, stop_all, wait_until_ready
from helpdesk.embedded.state import State
from helpdesk.embedded.store import Store
from helpdesk.embedded.valkey import Valkey

Part = Postgres | Valkey | Store
# In this order: the store takes longest to come up.
SERVICES: dict[str, type[Part]] = {"S3_ENDPOINT_URL": Store, "REDIS_URL": Valkey, "DATABASE_URL": Postgres}
ENVIRONMENT_FILE = "environment.json"
LOCK_FILE = "lock"
# Somebody else can take a port between our choice and the bind.
PORT_ATTEMPTS = 3
IN_USE = "address already in use"


def home_from(environment: Mapping[str, str] = os.environ) -> Path:
    """`ALONGSIDE_HOME`, `./var` unless set."""
    return Path(environment.get("ALONGSIDE_HOME") or "var").absolute()


class AlreadyRunning(Exception):
    """Another process has started the services of this home."""


class Services:
    """The embedded services of one home. Holds the home's lock from start to stop."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self._durable = durable
        self._children: list[Child] = []
        self._lock: int | None = None
        self.parts: dict[str, Part] = {}
        self._published: dict[str, str] = {}

    def start(
        self, *, given: Mapping[str, str] = os.environ, meanwhile: Callable[[dict[str, str]], None] = lambda added: None
    ) -> dict[str, str]:
        """Start what `given` does not name. Returns the variables to add to it.

        `meanwhile` is called with them once the database answers: the store takes some seconds longer. Raises
        ServiceFailed, with the name and the log's last lines, after stopping the rest; AlreadyRunning if the home is
        in use. Must be called on the thread that lives as long as the services should.
        """
        # Others may pass through, to what belongs to PostgreSQL's user, but not look around.
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        self._lock = take_lock(self.home)
        try:
            return self._start(given, meanwhile)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all that was started, in reverse order, and let the home go."""
        stop_all(self._children)
        self._children = []
        if self._lock is not None:
            (self.home / ENVIRONMENT_FILE).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def check(self) -> None:
        """Raise ServiceFailed if one of them has ended."""
        for child in self._children:
            child.check()

    def _start(self, given: Mapping[str, str], meanwhile: Callable[[dict[str, str]], None]) -> dict[str, str]:
        for _ in range(PORT_ATTEMPTS - 1):
            try:
                return self._start_once(given, meanwhile)
            except ServiceFailed as failure:
                if IN_USE not in str(failure).lower():
                    raise
                stop_all(self._children)
                self._children = []
        return self._start_once(given, meanwhile)

    def _start_once(self, given: Mapping[str, str], meanwhile: Callable[[dict[str, str]], None]) -> dict[str, str]:
        state = State(self.home)
        self.parts = {
            variable: part(state, durable=self._durable)
            for variable, part in SERVICES.items()
            if not given.get(variable)
        }
        added = {} if given.get("SECRET_KEY") else {"SECRET_KEY": state.secret("secret_key")}
        for part in self.parts.values():
            added |= part.environment()
        self._launch()
        database = self.parts.get("DATABASE_URL")
        if isinstance(database, Postgres):
            database.set_up()
        meanwhile(added)
        wait_until_ready(self._children)
        self.publish(added)
        return added

    def _launch(self) -> None:
        """All of them; returns when those answer that do so at once."""
        for part in self.parts.values():
            for child in part.children():
                child.start()
                self._children.append(child)
        wait_until_ready([child for child in self._children if child.name != "store"])

    def publish(self, added: dict[str, str]) -> None:
        """Let who joins have these variables as well, until the stop."""
        self._published |= added
        path = self.home / ENVIRONMENT_FILE
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._published, file, indent=1)


def take_lock(home: Path) -> int:
    """Lock the home until the descriptor is closed or we die. Raises AlreadyRunning."""
    descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning(f"the services of {home} are already running") from None
    return descriptor


def running_environment(home: Path) -> dict[str, str] | None:
    """The variables that a running set of services has published, None if none runs."""
    path = home / ENVIRONMENT_FILE
    if not path.exists():
        return None
    try:
        os.close(take_lock(home))
    except AlreadyRunning:
        return dict(json.loads(path.read_text()))
    return None
