"""The application's own processes, as children of a supervisor: web and worker."""

import signal
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from helpdesk.embedded.ports import HOST
from helpdesk.embedded.process import Child

ROOT = Path(__file__).resolve().parent.parent.parent


def web(environment: Mapping[str, str], *, port: int, logs: Path, host: str = HOST) -> Child:
    """Daphne, ready when it listens and answers that it is alive."""
    command = [sys.executable, "-m", "daphne", "-b", host, "-p", str(port), "helpdesk.asgi:application"]
    child = Child("web", command, logs / "web.log", environment=environment, folder=ROOT)

    def ready() -> None:
        child.said(b"Listening on TCP address")
        fetch(f"http://{host}:{port}/healthz")

    child.ready = ready
    return child


def worker(
    environment: Mapping[str, str],
    *,
    logs: Path,
    folder: Path,
    concurrency: int = 2,
    name: str = "worker",
    queues: str = "celery,render,search",
) -> Child:
    """A Celery worker, with beat if it takes the queue `celery`; ready when it has said so in its log.

    It ends at once, without waiting for its tasks: what it held has a lease, and runs again.
    """
    command = [sys.executable, "-m", "celery", "-A", "helpdesk.celery", "worker", "--hostname", f"{name}@%h"]
    if "celery" in queues.split(","):
        command += ["--beat", "--schedule", str(folder / "beat")]
    command += ["--queues", queues, "--concurrency", str(concurrency)]
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    child = Child(name, command, logs / f"{name}.log", environment=environment, folder=ROOT)
    child.ready = lambda: child.said(b"ready.")
    child.stop_signal, child.stop_seconds = signal.SIGQUIT, 5
    return child


def fetch(url: str) -> bytes:
    """The body of a successful answer within two seconds. Raises OSError otherwise."""
    with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 only our own http addresses
        return bytes(answer.read())
