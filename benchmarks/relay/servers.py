"""The servers that are measured, each one process on a core of its own, and what they use of it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.embedded import ports

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER_CORE, OTHER_CORE = 0, 1
START_SECONDS = 40
TICKS = os.sysconf("SC_CLK_TCK")
OURS, GROUPS = "helpdesk.asgi:application", "benchmarks.relay.group_send:application"


@dataclass(frozen=True)
class Side:
    """Something that relays: `command` gets the port in place of PORT; `guess` is where the search begins."""

    name: str
    title: str
    speaker: str
    command: tuple[str, ...]
    guess: float
    variables: dict[str, str] = field(default_factory=dict)


def daphne(application: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "daphne", "-b", ports.HOST, "-p", "PORT", application)


def uvicorn(application: str) -> tuple[str, ...]:
    options = ("--loop", "uvloop", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false")
    quiet = ("--no-access-log", "--lifespan", "off", "--log-level", "warning")
    return (sys.executable, "-m", "uvicorn", "--host", ports.HOST, "--port", "PORT", *options, *quiet, application)


def granian(application: str) -> tuple[str, ...]:
    options = ("--interface", "asginl", "--loop", "uvloop", "--workers", "1", "--no-log", "--host", ports.HOST)
    return (str(Path(sys.executable).parent / "granian"), *options, "--port", "PORT", application)


def node(script: str) -> tuple[str, ...]:
    return ("node", f"benchmarks/relay/{script}", "PORT")


# What is compared is measured one after the other: a machine is not as fast at all times.
SIDES = [
    Side("ours_daphne", "**ours**, Daphne", "ours", daphne(OURS), 6200),
    Side("pubsub_daphne", "`group_send`, pubsub, Daphne", "plain", daphne(GROUPS), 2400, {"RELAY_LAYER": "pubsub"}),
    Side("core_daphne", "`group_send`, core, Daphne", "plain", daphne(GROUPS), 700, {"RELAY_LAYER": "core"}),
    Side("ours_uvicorn", "**ours**, uvicorn", "ours", uvicorn(OURS), 9600),
    Side("pubsub_uvicorn", "`group_send`, pubsub, uvicorn", "plain", uvicorn(GROUPS), 3100, {"RELAY_LAYER": "pubsub"}),
    Side("socketio_redis", "socket.io, Redis adapter, Node", "socketio", node("socketio.mjs"), 9000),
    Side("core_uvicorn", "`group_send`, core, uvicorn", "plain", uvicorn(GROUPS), 1150, {"RELAY_LAYER": "core"}),
    Side("ours_granian", "**ours**, granian", "ours", granian(OURS), 8500),
    Side("ws", "`ws`, Node, no broker: the bound", "plain", node("bound.mjs"), 45000),
]


class Server:
    """One process of a side, with what it has started, on SERVER_CORE."""

    def __init__(self, side: Side, log: Path) -> None:
        self.port = ports.any_free()
        command = [str(self.port) if part == "PORT" else part for part in side.command]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(SERVER_CORE), *command],
                cwd=ROOT,
                env={**os.environ, **side.variables},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._log = log

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((ports.HOST, self.port), timeout=1):
                return
            time.sleep(0.1)
        raise RuntimeError(f"it does not listen: {self._log.read_text()[-1500:]}")

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def cpu_seconds(self) -> float:
        return sum(cpu_seconds(pid) for pid in self._pids())

    def memory_bytes(self) -> int:
        """Proportional set size, shared pages counted by share."""
        return sum(_pss_bytes(pid) for pid in self._pids())

    def _pids(self) -> list[int]:
        return [pid for pid in _all_pids() if _session_of(pid) == self.process.pid]


@contextlib.contextmanager
def running(side: Side, log: Path) -> Iterator[Server]:
    server = Server(side, log)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process; 0 when it is gone."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


def core_seconds(core: int) -> float:
    """How long the core has been busy since the machine started."""
    line = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(f"cpu{core} "))
    fields = [int(value) for value in line.split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICKS


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _pss_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
