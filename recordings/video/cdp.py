"""A small client of the Chrome DevTools protocol over the browser's own pipe: no socket that anybody could join."""

import fcntl
import os
import select
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from recordings.video.envelopes import BadEnvelope, Envelopes, binary, packed
from recordings.video.workspace import workspace

READ_BYTES = 1 << 20
FIRST_FREE_FD = 10
MEMORY_LIMIT_BYTES = 1_200_000_000  # with the worker itself at most 1.5 GB
MEMORY_CHECK_SECONDS = 0.5
LOG_TAIL_BYTES = 10_000
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Parameters = dict[str, Any]
Handler = Callable[[Parameters, str | None], None]


class BrowserFailed(RuntimeError):
    """The browser ended, exceeded its memory or did not answer in time; the text says which."""


class NotDrawn(BrowserFailed):
    """A frame was never answered, or without its picture; this browser draws no other one."""


class CommandRefused(RuntimeError):
    """The browser answered a command with an error."""


class Browser:
    """One headless shell with a private profile folder; it ends with this object, and with this process.

    Single-threaded: events are handled while a command waits for its answer. The browser leaves by itself when the
    pipe closes, so that a killed worker leaves none behind.
    """

    def __init__(self, path: str, *, flags: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self.handlers: dict[str, Handler] = {}
        self.deadline = float("inf")
        self._answers: dict[int, Parameters] = {}
        self._backlog: deque[Parameters] = deque()
        self._envelopes = Envelopes()
        self._next_id = 0
        self._closed = threading.Event()
        self._over_memory = False
        self._folder = ExitStack()
        self._profile = self._folder.enter_context(workspace())
        self._log = self._profile / "stderr.log"
        try:
            self._spawn(path, flags, {**os.environ, **(environment or {}), "HOME": str(self._profile)})
        except BaseException:
            self._folder.close()
            raise
        threading.Thread(target=self._watch_memory, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _spawn(self, path: str, flags: Sequence[str], environment: dict[str, str]) -> None:
        child_reads, self._write_fd = _pipe()
        self._read_fd, child_writes = _pipe()
        arguments = [path, "--remote-debugging-pipe=cbor", f"--user-data-dir={self._profile}", *flags]
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, str(self._log), os.O_WRONLY | os.O_CREAT, 0o600),
            (os.POSIX_SPAWN_DUP2, child_reads, 3),
            (os.POSIX_SPAWN_DUP2, child_writes, 4),
        ]
        try:
            self.pid = os.posix_spawn(path, arguments, environment, file_actions=actions, setpgroup=0)
        except BaseException:
            os.close(self._read_fd)
            os.close(self._write_fd)
            raise
        finally:
            os.close(child_reads)
            os.close(child_writes)

    def forget(self) -> None:
        """Nobody waits for anything any more."""
        self.handlers.clear()
        self._answers.clear()
        self._backlog.clear()
        self.deadline = float("inf")

    def allow_seconds(self, seconds: float) -> None:
        """From now on every wait ends after this time."""
        self.deadline = time.monotonic() + seconds

    def call(self, method: str, parameters: Parameters | None = None, *, session: str | None = None) -> Parameters:
        """The command's result; raise CommandRefused or BrowserFailed."""
        return self.result(self.send(method, parameters, session=session))

    def send(self, method: str, parameters: Parameters | None = None, *, session: str | None = None) -> int:
        """Post a command without waiting; its number, for `result`."""
        self._next_id += 1
        message: Parameters = {"id": self._next_id, "method": method}
        if session:
            message["sessionId"] = session
        self._write(packed(message, parameters or {}))
        return self._next_id

    def post(self, method: str, parameters: Parameters | None = None, *, session: str | None = None) -> None:
        """Post a command whose answer nobody needs."""
        self._answers[self.send(method, parameters, session=session)] = {}

    def result(self, number: int, *, within_seconds: float | None = None) -> Parameters:
        """Wait for the answer to `number`; with `within_seconds`, raise TimeoutError when it is not there by then."""
        until = self.deadline if within_seconds is None else time.monotonic() + within_seconds
        while not self._arrived(number):
            self._receive(until=until, bounded=within_seconds is not None)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise CommandRefused(answer["error"].get("message", ""))
        return dict(answer["result"])

    def wait_for(self, condition: Callable[[], bool], *, within_seconds: float) -> bool:
        """Handle events until the condition holds; False when it does not in time."""
        until = time.monotonic() + within_seconds
        self._handle_backlog()
        while not condition():
            try:
                self._receive(until=until, bounded=True)
            except TimeoutError:
                return False
            self._handle_backlog()
        return True

    def _arrived(self, number: int) -> bool:
        self._handle_backlog()
        return number in self._answers

    def _handle_backlog(self) -> None:
        while self._backlog:
            message = self._backlog.popleft()
            if "id" in message:
                if self._answers.pop(message["id"], None) is None:
                    self._answers[message["id"]] = message
            elif handler := self.handlers.get(message["method"]):
                handler(message["params"], message.get("sessionId"))

    def _receive(self, *, until: float, bounded: bool) -> None:
        wait = max(0.0, min(until, self.deadline) - time.monotonic())
        readable, _, _ = select.select([self._read_fd], [], [], min(wait, 3600))
        if readable:
            self._take(os.read(self._read_fd, READ_BYTES))
        elif bounded and time.monotonic() < self.deadline:
            raise TimeoutError
        else:
            raise BrowserFailed("the browser did not answer in time")

    def _take(self, data: bytes) -> None:
        if not data:
            raise BrowserFailed(self._why_gone())
        try:
            self._backlog.extend(self._envelopes.take(data))
        except BadEnvelope as failure:
            raise BrowserFailed(str(failure)) from failure

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._write_fd, view) :]
        except BrokenPipeError:
            raise BrowserFailed(self._why_gone()) from None

    def _why_gone(self) -> str:
        if self._over_memory:
            return f"the browser used more than {MEMORY_LIMIT_BYTES // 1_000_000} MB"
        with self._log.open("rb") as log:
            log.seek(max(0, self.log_bytes() - LOG_TAIL_BYTES))
            lines = log.read().decode(errors="replace").strip().splitlines()
        return "the browser ended: " + " | ".join(lines[-3:])

    def log_bytes(self) -> int:
        """What it has written about itself."""
        return self._log.stat().st_size

    def _watch_memory(self) -> None:
        while not self._closed.wait(MEMORY_CHECK_SECONDS):
            if group_memory_bytes(self.pid) > MEMORY_LIMIT_BYTES:
                self._over_memory = True
                self._kill()

    def _kill(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def close(self) -> None:
        """End the browser with everything it started, and remove its folder."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._kill()
        os.waitpid(self.pid, 0)
        os.close(self._read_fd)
        os.close(self._write_fd)
        self._folder.close()


def value_of(answer: Parameters) -> Any:
    """What `Runtime.evaluate` answered; raise BrowserFailed where the page threw."""
    if "exceptionDetails" in answer:
        details = answer["exceptionDetails"]
        text = details.get("exception", {}).get("description") or details.get("text", "")
        raise BrowserFailed("the stage failed: " + text[:500])
    return answer["result"].get("value")


def response_of(headers: dict[str, str], body: bytes) -> Parameters:
    """For `Fetch.fulfillRequest`."""
    return {
        "responseCode": 200,
        "responseHeaders": [{"name": name, "value": value} for name, value in headers.items()],
        "body": binary(body),
    }


def group_memory_bytes(group: int) -> int:
    """Private memory (resident less shared) of all processes of the process group."""
    return sum(_private_bytes(entry) for entry in Path("/proc").iterdir() if _is_in_group(entry, group))


def _is_in_group(entry: Path, group: int) -> bool:
    if not entry.name.isdigit():
        return False
    try:
        return os.getpgid(int(entry.name)) == group
    except ProcessLookupError:
        return False


def _private_bytes(entry: Path) -> int:
    try:
        _size, resident, shared = (entry / "statm").read_text().split()[:3]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(resident) - int(shared)) * PAGE_BYTES


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are clear of the descriptors that the browser wants (3 and 4), closed in other children."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE_FD) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
