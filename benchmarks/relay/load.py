"""The load generator: a process of its own that opens sessions and sends frames on time, told by lines of JSON."""

import json
import random
import resource
import select
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.relay.speakers import SPEAKERS, Speaker
from benchmarks.relay.wire import Closed, Connection

OPENING_AT_ONCE = 8
OPEN_SECONDS = 240
DRAIN_SECONDS = 3
PING_SECONDS = 5


class Load:
    def __init__(self, *, port: int, speaker: str) -> None:
        self._address = ("127.0.0.1", port)
        self._speaker = SPEAKERS[speaker]
        self._epoll = select.epoll()
        self._connections: dict[int, Connection] = {}
        self._latencies: list[float] = []
        self._speakers: list[Speaker] = []
        self._pinging: deque[Speaker] = deque()  # the next one first, whoever else comes
        self.closed = 0
        self._ping_due = 0.0
        self.trouble = ""

    def _open(self, path: str, headers: dict[str, str]) -> Connection:
        connection = Connection(self._address, path, headers)
        self._connections[connection.socket.fileno()] = connection
        self._epoll.register(connection.socket.fileno(), select.EPOLLIN)
        return connection

    def _turn(self, timeout: float) -> None:
        for number, _ in self._epoll.poll(max(timeout, 0)):
            connection = self._connections[number]
            try:
                connection.read()
                connection.flush()
            except Closed as closed:
                self._lose(number, f"closed {closed}")
            except RuntimeError as trouble:
                self._lose(number, str(trouble))

    def _lose(self, number: int, trouble: str) -> None:
        self.closed += 1
        self.trouble = self.trouble or trouble
        self._epoll.unregister(number)
        self._connections.pop(number).close()

    def open(self, sessions: list[dict[str, str]]) -> dict[str, Any]:
        """Open these sessions besides those that are open, a few at once."""
        began, waiting, opening = time.monotonic(), deque(sessions), []
        while (waiting or opening) and not self.closed and time.monotonic() - began < OPEN_SECONDS:
            while waiting and len(opening) < OPENING_AT_ONCE:
                speaker = self._speaker(waiting.popleft(), self._open, self._latencies)
                speaker.begin()
                opening.append(speaker)
                self._speakers.append(speaker)
                self._pinging.append(speaker)
            self._turn(0.05)
            self._keep_alive()
            opening = [speaker for speaker in opening if not speaker.is_ready]
        is_done = not (waiting or opening or self.closed)
        return {
            "ok": is_done,
            "seconds": time.monotonic() - began,
            "trouble": self.trouble or ("" if is_done else "slow"),
        }

    def run(self, *, sessions: int, per_second: float, warm: float, seconds: float) -> dict[str, Any]:
        """Each of the first sessions sends `per_second` frames a second, each at its own moment."""
        del self._latencies[:]
        speakers = self._speakers[:sessions]
        chance = random.Random(7)
        phases = sorted(chance.random() / per_second for _ in speakers)
        late: list[float] = []
        self._send_on_time(speakers, phases, 1 / per_second, until=warm, late=late)
        skip, cpu, began = len(self._latencies), _cpu_seconds(), time.monotonic()
        del late[:]
        self._send_on_time(speakers, phases, 1 / per_second, until=seconds, late=late)
        share = (_cpu_seconds() - cpu) / (time.monotonic() - began)
        sent = sum(speaker.seq for speaker in speakers)
        self._drain(speakers)
        return {
            "sent": len(late),
            "lost": sent - sum(speaker.received for speaker in speakers),
            "disordered": sum(speaker.is_disordered for speaker in speakers),
            "unacknowledged": sum(not speaker.is_acknowledged() for speaker in speakers),
            "closed": self.closed,
            "trouble": self.trouble,
            "generator_cpu": share,
            "late_p99_ms": _percentile(late, 99) * 1000,
            **{f"p{p}_ms": _percentile(self._latencies[skip:], p) * 1000 for p in (50, 99, 99.9)},
        }

    def _send_on_time(
        self, speakers: list[Speaker], phases: list[float], period: float, *, until: float, late: list[float]
    ) -> None:
        """What is due goes out before anything is read; lateness of the generator counts against the server."""
        began = time.monotonic()
        number, count = 0, len(speakers)
        while speakers:
            now = time.monotonic()
            lap, index = divmod(number, count)
            due = began + lap * period + phases[index]
            if due >= began + until or self.closed:
                return
            if due > now:
                self._turn(due - now)
                continue
            self._attempt(partial(speakers[index].send, due))
            late.append(now - due)
            number += 1
            self._keep_alive()
            if number % 16 == 0:
                self._turn(0)

    def _attempt(self, say: Callable[[], None]) -> None:
        try:
            say()
        except (Closed, RuntimeError) as trouble:
            self.closed += 1
            self.trouble = self.trouble or str(trouble)

    def _keep_alive(self) -> None:
        """Each session that is open says something every PING_SECONDS, one after the other."""
        now = time.monotonic()
        self._ping_due = max(self._ping_due, now - 1)
        while self._pinging and now >= self._ping_due:
            self._ping_due += PING_SECONDS / len(self._pinging)
            speaker = self._pinging[0]
            self._pinging.rotate(-1)
            if speaker.is_ready:
                self._attempt(speaker.keep_alive)

    def _drain(self, speakers: list[Speaker]) -> None:
        end = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < end and not self.closed:
            self._turn(0.05)
            if all(s.received == s.seq and s.is_acknowledged() for s in speakers):
                return

    def idle(self, seconds: float) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.closed:
            self._turn(0.1)
            self._keep_alive()
        return {"closed": self.closed, "trouble": self.trouble}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else float("inf")


def main() -> None:
    load = Load(port=int(sys.argv[1]), speaker=sys.argv[2])
    for line in sys.stdin:
        command = json.loads(line)
        answer = getattr(load, command.pop("do"))(**command)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
