"""One child process: its log, its readiness, its end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_LINES = 30


class ServiceFailed(Exception):
    """A child did not come up or ended by itself. The text names it and ends with its log's last lines."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        super().__init__(f"{name} {what}. The last lines of {log}:\n{tail(log)}")
        self.name = name


@dataclass(frozen=True)
class Account:
    """The unprivileged user that a child runs as; -1 keeps ours."""

    uid: int = -1
    gid: int = -1


@dataclass
class Child:
    """A command to run. `ready` returns or raises; it is called until it returns or `timeout_seconds` is over."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], object] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account = Account()
    nice: int = 0
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10
    timeout_seconds: float = 60
    process: "subprocess.Popen[bytes] | None" = None
    log_begin_bytes: int = 0

    def start(self) -> None:
        """Start without waiting. Must be called on the thread that lives as long as the child should."""
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log_begin_bytes = self.log.stat().st_size if self.log.exists() else 0
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self.process = subprocess.Popen(
                bound_to_us(self.command, account=self.account, death_signal=self.stop_signal, nice=self.nice),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """True from its start until it has ended."""
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """True once `ready` passes. Raises ServiceFailed if the child has ended."""
        self.check()
        try:
            self.ready()
        except Exception:
            return False
        return True

    def said(self, words: bytes) -> None:
        """Return if it has written the words since its start. Raises LookupError otherwise.

        Better than a look at its port, on which somebody else may listen.
        """
        with self.log.open("rb") as file:
            file.seek(self.log_begin_bytes)
            if words not in file.read():
                raise LookupError(words)

    def check(self) -> None:
        """Raise ServiceFailed if the child has ended."""
        if self.process and self.process.poll() is not None:
            raise ServiceFailed(self.name, f"ended with status {self.process.returncode}", self.log)

    def stop(self) -> None:
        """Ask it to end, wait, and kill whatever is left of its process group."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.stop_seconds)
        kill_group(self.process.pid)
        self.process.wait()


def bound_to_us(command: Sequence[str], *, account: Account, death_signal: int, nice: int = 0) -> list[str]:
    """The command such that it runs as the account, gets the signal when we die, and writes private files.

    With a priority other than 0 where we may give it; what it forks has the usual one.
    """
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(int(death_signal)), str(os.getpid())]
    return [*launcher, str(account.uid), str(account.gid), str(nice), *command]


def kill_group(leader: int) -> None:
    """SIGKILL to every process of the group, if any is left."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def wait_until_ready(children: Sequence[Child]) -> None:
    """Return when all are ready. Raises ServiceFailed for the first that ended or took too long."""
    started = time.monotonic()
    waiting = list(children)
    while waiting:
        waiting = [child for child in waiting if not child.is_ready()]
        for child in waiting:
            if time.monotonic() - started > child.timeout_seconds:
                raise ServiceFailed(child.name, f"did not answer within {child.timeout_seconds:.0f} s", child.log)
        if waiting:
            time.sleep(0.03)


def stop_all(children: Sequence[Child]) -> None:
    """Stop in reverse order of start."""
    for child in reversed(children):
        child.stop()


def tail(log: Path, *, lines: int = LOG_LINES) -> str:
    """The last lines of a log, or a note that it is empty."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:]) or "(nothing was written)"
