"""A real web process and a real worker on this test worker's database, and real browsers."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from helpdesk.embedded import browser as browsers
from helpdesk.embedded import ports, processes
from helpdesk.embedded.process import Child, stop_all, wait_until_ready

# No name but ours resolves: a page that reaches for another host fails at once, as it does without a network.
OWN_HOSTS_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"


def skip_without_kept_pages() -> None:
    """A headless shell, which stands in where no Chromium is installed, has no back/forward cache."""
    if "shell" in browsers.chromium_path().name:
        pytest.skip("this browser keeps no page that was left")


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
        """Start both and wait until they answer."""
        for child in (self.web, self.worker):
            child.start()
        wait_until_ready([self.web, self.worker])

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


@pytest.fixture(scope="module")
def live_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """One stack for the tests of a file; a test that kills a part of it starts it again.

    It ends with the file, lest its worker do what other files' tests do themselves.
    """
    stack = LiveStack(tmp_path_factory.mktemp("stack"))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser of this test's own; make a context for each person."""
    async with async_playwright() as playwright:
        arguments = [*browsers.ARGUMENTS, OWN_HOSTS_ONLY]
        chromium = await playwright.chromium.launch(executable_path=browsers.chromium_path(), args=arguments)
        yield chromium
        await chromium.close()
