"""The whole system of one home: services, migrations, demo data, web, worker, mail catcher and demo site."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from helpdesk.embedded import browser, processes
from helpdesk.embedded.ports import HOST
from helpdesk.embedded.process import Child, ServiceFailed, stop_all, wait_until_ready
from helpdesk.embedded.state import State
from helpdesk.embedded.supervisor import IN_USE, PORT_ATTEMPTS, Services

DEFAULT_PORT = 8000
MAIL_USER = "alongside"
# What a command that joins needs besides the services' variables.
PUBLISHED = ("PUBLIC_URL", "STAGE_ORIGIN", "EMAIL_URL", "CHROMIUM_PATH", "HEADLESS_SHELL_PATH", "FONTCONFIG_FILE")


class System:
    """Everything that `make run` starts. Use it as a context manager; its attributes hold the addresses.

    `base_url`, `stage_origin`, `site_url`, `mail_url` (with its password), `redis_url`, `seed` (what
    `manage.py seed_demo --json` prints) and `environment` (all variables that the processes got).
    """

    def __init__(self, *, home: Path, given: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        self.given = dict(os.environ if given is None else given)
        self.services = Services(self.home)
        self.environment: dict[str, str] = {}
        self.seed: dict[str, Any] = {}
        self._children: list[Child] = []
        self._preparing: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start everything. Raises ServiceFailed after stopping what had been started."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop everything, the services last."""
        self._stop_processes()
        self.services.stop()

    def check(self) -> None:
        """Raise ServiceFailed if a process has ended."""
        self.services.check()
        for child in self._children:
            child.check()

    @property
    def base_url(self) -> str:
        """Where the desk, the API and the loader are."""
        return self.environment["PUBLIC_URL"]

    @property
    def stage_origin(self) -> str:
        """Where rebuilt pages are."""
        return self.environment["STAGE_ORIGIN"]

    @property
    def redis_url(self) -> str:
        """Valkey, with its password."""
        return self.environment["REDIS_URL"]

    def _start(self) -> None:
        added = self.services.start(given=self.given, meanwhile=self._prepare)
        for _ in range(PORT_ATTEMPTS - 1):
            try:
                return self._start_processes()
            except ServiceFailed as failure:
                if IN_USE not in str(failure).lower():
                    raise
                self._stop_processes()
                self._prepare(added)
        return self._start_processes()

    def _start_processes(self) -> None:
        self.services.publish({name: self.environment[name] for name in PUBLISHED})
        self._add(self._mail())
        self.seed = self._prepared()
        web = processes.web(self.environment, port=self.port, logs=self._logs)
        self._add([web, self._worker("worker", "celery"), self._site()])
        wait_until_ready(self._children)
        # Nobody waits for the first video yet.
        self._add([self._worker("renderer", "render,search")])

    def _stop_processes(self) -> None:
        stop_all(self._children)
        self._children = []
        if self._preparing:
            self._preparing.kill()
            self._preparing.communicate()
            self._preparing = None

    def _choose_addresses(self) -> None:
        state = State(self.home)
        self.port = state.port("web", preferred=int(self.given.get("PORT") or DEFAULT_PORT))
        self.site_port = state.port("site", preferred=self.port + 1)
        self.mail_page_port = state.port("mail_page", preferred=self.port + 2)
        self.smtp_port = state.port("smtp", preferred=1025)
        self.mail_password = state.secret("mail_password")
        self.site_url = f"http://{HOST}:{self.site_port}"
        self.mail_url = f"http://{HOST}:{self.mail_page_port}/"

    def _addresses(self) -> dict[str, str]:
        public_url = self.given.get("PUBLIC_URL") or f"http://localhost:{self.port}"
        stage_origin = self.given.get("STAGE_ORIGIN") or f"http://stage.localhost:{self.port}"
        mail = f"smtp://{MAIL_USER}:{self.mail_password}@{HOST}:{self.smtp_port}"
        return {
            "PUBLIC_URL": public_url,
            "STAGE_ORIGIN": stage_origin,
            "EMAIL_URL": self.given.get("EMAIL_URL") or mail,
        }

    def _prepare(self, added: dict[str, str]) -> None:
        """Begin with migrations and demo data, for which the database is enough."""
        self._stop_processes()
        own = {"ALONGSIDE_HOME": str(self.home)}
        self.environment = {**self.given, **added, **browser.environment(self.home), **own}
        self._choose_addresses()
        self.environment |= self._addresses()
        self._logs.mkdir(exist_ok=True, mode=0o700)
        command = [sys.executable, "-m", "helpdesk.embedded.prepare"]
        with self._prepare_log.open("w") as errors:
            self._preparing = subprocess.Popen(
                command, cwd=processes.ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def _prepared(self) -> dict[str, Any]:
        """What is there then: the seed."""
        preparing = self._preparing
        assert preparing
        told, _ = preparing.communicate()
        self._preparing = None
        if preparing.returncode:
            what = f"ended with status {preparing.returncode}"
            raise ServiceFailed("migrations and demo data", what, self._prepare_log)
        return dict(json.loads(told.splitlines()[-1]))

    def _add(self, children: list[Child]) -> None:
        for child in children:
            child.start()
            self._children.append(child)

    @property
    def _logs(self) -> Path:
        return self.home / "logs"

    @property
    def _prepare_log(self) -> Path:
        return self._logs / "prepare.log"

    def _worker(self, name: str, queues: str) -> Child:
        return processes.worker(self.environment, logs=self._logs, folder=self.home, name=name, queues=queues)

    def _mail(self) -> list[Child]:
        if self.given.get("EMAIL_URL"):
            self.mail_url = ""
            return []
        environment = {"MAIL_USER": MAIL_USER, "MAIL_PASSWORD": self.mail_password}
        ports = [str(self.smtp_port), str(self.mail_page_port)]
        arguments = [*ports, str(self.home / "mail")]
        return [self._module("mail catcher", "helpdesk.mail.catcher", arguments, environment)]

    def _site(self) -> Child:
        key = self.seed["tenants"][0]["public_key"]
        arguments = [str(self.site_port), self.base_url, key]
        return self._module("demo site", "helpdesk.demo.site", arguments, {})

    def _module(self, name: str, module: str, arguments: list[str], extra: dict[str, str]) -> Child:
        command = [sys.executable, "-m", module, *arguments]
        log = self._logs / f"{module.rpartition('.')[2]}.log"
        child = Child(name, command, log, environment={**self.environment, **extra}, folder=processes.ROOT)
        child.ready = lambda: child.said(b"listening")
        return child
