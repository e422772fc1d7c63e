"""A real web process and a real worker on this test worker's database."""

import os
import signal
from pathlib import Path

import pytest

from helpdesk.embedded import browser as browsers
from helpdesk.embedded import ports, processes
from helpdesk.embedded.process import Child, stop_all, wait_until_ready


def skip_without_kept_pages() -> None:
    """A headless shell, which stands in where no Chromium is installed, has no back/forward cache."""
    if "shell" in browsers.chromium_path().name:
        pytest.skip("this browser keeps no page that was left")


def is_running(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None


class LiveStack:
    """Daphne and Celery as `make run` starts them. `base_url` and `stage_origin` stay the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = ports.any_free()
        self.base_url = f"http://localhost:{self.port}"
        self.stage_origin = f"http://stage.localhost:{self.port}"
        self.environment = {**os.environ, "PUBLIC_URL": self.base_url, "STAGE_ORIGIN": self.stage_origin}
        self.web = processes.web(self.environment, port=self.port, logs=folder)
        self.worker = processes.worker(self.environment, logs=folder, folder=folder, concurrency=1)

    def start(self) -> None:
        """Start what does not run, as a test may have left it, and wait until it answers."""
        missing = [child for child in (self.web, self.worker) if not is_running(child)]
        if self.web not in missing:
            self.thaw_web()
        for child in missing:
            child.start()
        wait_until_ready(missing)

    def stop(self) -> None:
        """Stop both."""
        stop_all([self.web, self.worker])

    def kill(self, child: Child) -> None:
        """kill -9, and wait until it is gone."""
        assert child.process is not None
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def kill_web(self) -> None:
        """kill -9 of the web process; nothing listens on its port afterwards."""
        self.kill(self.web)

    def start_web(self) -> None:
        """Start the web process on the same port again."""
        self.web.start()
        wait_until_ready([self.web])

    def freeze_web(self) -> None:
        """The web process hears and says nothing, and no connection is closed: as when a network is gone."""
        self._signal_web(signal.SIGSTOP)

    def thaw_web(self) -> None:
        """It goes on as if no time had passed."""
        self._signal_web(signal.SIGCONT)

    def _signal_web(self, number: int) -> None:
        assert self.web.process is not None
        os.killpg(self.web.process.pid, number)

    def kill_worker(self) -> None:
        """kill -9 of the worker with everything it does."""
        self.kill(self.worker)

    def start_worker(self) -> None:
        """Start the worker again."""
        self.worker = processes.worker(self.environment, logs=self.folder, folder=self.folder, concurrency=1)
        self.worker.start()
        wait_until_ready([self.worker])


class Stacks:
    """The stack of this test worker, while files that need one follow each other (tests/order.py).

    It ends before the first other file's tests, lest its worker do what they do themselves.
    """

    def __init__(self) -> None:
        self.files: set[Path] = set()
        self.running: LiveStack | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.files = {item.path for item in items if "live_stack" in getattr(item, "fixturenames", ())}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.path not in self.files:
            self.pytest_unconfigure()

    def pytest_unconfigure(self) -> None:
        if self.running:
            self.running.stop()
        self.running = None

    def start(self, folder: Path) -> LiveStack:
        if not self.running:
            self.running = LiveStack(folder)
        self.running.start()
        return self.running


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Stacks(), "stacks")


@pytest.fixture(scope="module")
def live_stack(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> LiveStack:
    """For the tests of a file; a test that kills a part of it starts it again."""
    stacks = pytestconfig.pluginmanager.get_plugin("stacks")
    assert isinstance(stacks, Stacks)
    return stacks.start(tmp_path_factory.mktemp("stack"))
