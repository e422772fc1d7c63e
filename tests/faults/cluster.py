"""Services, two web nodes and two workers of a test file's own, so that each of them can be taken away."""

import asyncio
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from helpdesk.embedded import browser, ports, processes
from helpdesk.embedded.process import Child, kill_group, tail, wait_until_ready
from helpdesk.embedded.supervisor import Services
from tests.faults import inside
from tests.faults.proxy import Proxy

LAST_LINES = 100
VISITOR_PATH = b" /ws/assist/visitor/"


class Cluster:
    """`front` is where browsers reach it: visitors' channels go to the first node, all else to the second, and each

    to the other one where its own is gone. `store` lies between the nodes and the object store.
    """

    def __init__(self, home: Path) -> None:
        self.services = Services(home / "services", durable=False)
        self.home = home
        self.nodes: list[Child] = []
        self.workers: list[Child] = []

    def start(self) -> None:
        added = self.services.start(given={})
        store_port = int(added["S3_ENDPOINT_URL"].rpartition(":")[2])
        self.store = Proxy([store_port])
        self.node_ports = [ports.any_free() for _ in range(2)]
        self.front = Proxy(self.node_ports, choose=self._choose)
        self.base_url = f"http://localhost:{self.front.port}"
        self.environment = {**os.environ, **added, **browser.environment(self.services.home)}
        self.environment |= {
            "ALONGSIDE_HOME": str(self.services.home),
            "PUBLIC_URL": self.base_url,
            "STAGE_ORIGIN": f"http://stage.localhost:{self.front.port}",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{self.store.port}",
            "S3_PUBLIC_ENDPOINT_URL": added["S3_ENDPOINT_URL"],
        }
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(
            max_workers=1, mp_context=spawn, initializer=inside.enter, initargs=(self.environment,)
        )
        self.inside(inside.migrate, None)
        self.nodes = [self._node(number) for number in range(2)]
        self.workers = [self._worker(number) for number in range(2)]
        for child in (*self.nodes, *self.workers):
            child.start()
        wait_until_ready([*self.nodes, *self.workers])

    def stop(self) -> None:
        for child in (*self.nodes, *self.workers):
            self.kill(child)
        if hasattr(self, "_pool"):
            self._pool.shutdown(wait=True, cancel_futures=True)
        for proxy in (getattr(self, "front", None), getattr(self, "store", None)):
            if proxy:
                proxy.stop()
        self.services.stop()

    def _choose(self, head: bytes) -> list[int]:
        first, second = self.node_ports
        return [first, second] if VISITOR_PATH in head[:200] else [second, first]

    def _node(self, number: int) -> Child:
        return processes.web(self.environment, port=self.node_ports[number], logs=self.home / f"node{number}")

    def _worker(self, number: int) -> Child:
        folder = self.home / f"worker{number}"
        folder.mkdir(exist_ok=True)
        return processes.worker(self.environment, logs=folder, folder=folder, concurrency=1, name=f"worker{number}")

    def scene(self) -> "Scene":
        return Scene(self, **self.inside(inside.make_scene, None))

    def inside(self, fn: Callable[..., Any], tenant_id: Any, *arguments: Any) -> Any:
        return self._pool.submit(inside.call, fn, tenant_id, *arguments).result(120)

    def service(self, name: str) -> Child:
        """`postgres`, `valkey` or `store`."""
        return next(child for child in self.services._children if child.name == name)

    def kill(self, child: Child) -> None:
        """kill -9 of it and of what it has started."""
        if child.process:
            kill_group(child.process.pid)
            child.process.wait()

    def last_words(self) -> str:
        """What the workers have logged, for who has to find out why a test failed."""
        return "\n".join(tail(worker.log, lines=LAST_LINES) for worker in self.workers)

    async def bring_back(self, *children: Child) -> None:
        """Start what is not there. It dies with the thread that started it, so only the waiting is done elsewhere."""
        for child in children:
            if not child.is_running:
                child.start()
        await asyncio.to_thread(wait_until_ready, children)


class Scene:
    """One session of a tenant of its own."""

    def __init__(self, cluster: Cluster, *, tenant: Any, session: Any, token: str, cookie: str) -> None:
        self.cluster, self.tenant, self.session = cluster, tenant, session
        self.token, self.cookie = token, cookie

    async def do(self, fn: Callable[..., Any], *arguments: Any) -> Any:
        """`fn(session id, *arguments)` in the tenant's scope; the session goes on meanwhile."""
        return await asyncio.to_thread(self.cluster.inside, fn, self.tenant, self.session, *arguments)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """In a folder that PostgreSQL's user can get to, or its data would be left behind outside."""
    home = Path(tempfile.mkdtemp(prefix="alongside-cluster-"))
    home.chmod(0o711)
    made = Cluster(home)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)
