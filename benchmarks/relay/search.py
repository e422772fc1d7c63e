"""The highest rate that a side relays without loss and with p99 below LIMIT_MS."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.relay.servers import OTHER_CORE, ROOT, Server, Side, core_seconds, running

LIMIT_MS = 100
STEP = 1.3
FEWEST = 5
Sessions = Callable[[int], list[dict[str, str]]]


@dataclass(frozen=True)
class Plan:
    """How long a probe lasts, and how close the bounds of the search get."""

    warm_seconds: float
    probe_seconds: float
    confirm_seconds: float
    precision: float


class Generator:
    """The load generator's process, pinned to the core that is not the server's."""

    def __init__(self, *, port: int, speaker: str) -> None:
        command = ["taskset", "-c", str(OTHER_CORE), sys.executable, "-m", "benchmarks.relay.load"]
        self._process = subprocess.Popen(
            [*command, str(port), speaker], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, command: str, **values: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": command, **values}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the load generator has ended")
        return dict(json.loads(answer))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


class Bench:
    """A side's server with open sessions; a fresh one after each failure, since a backlog outlives its cause."""

    def __init__(self, side: Side, make_sessions: Sessions, log: Path) -> None:
        self.side, self._make_sessions, self._log = side, make_sessions, log
        self._stack = contextlib.ExitStack()
        self.server: Server | None = None
        self.opened = 0

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stack.close()
        self.server, self.opened = None, 0

    def start(self) -> Server:
        self.server = self._stack.enter_context(running(self.side, self._log))
        self.generator = Generator(port=self.server.port, speaker=self.side.speaker)
        self._stack.callback(self.generator.stop)
        return self.server

    def open(self, how_many: int) -> dict[str, Any]:
        """Bring the open sessions to this number."""
        if self.server is None:
            self.start()
        missing = how_many - self.opened
        if missing <= 0:
            return {"ok": True}
        self.opened = how_many
        return self.generator.do("open", sessions=self._make_sessions(missing))

    def probe(self, sessions: int, *, per_second: float, warm: float, seconds: float) -> dict[str, Any]:
        """What the generator saw, with `ok` and the shares of the cores; stops the server unless all was well."""
        opened = self.open(sessions)
        values = {"sessions": sessions, "rate": round(sessions * per_second)}
        if not opened["ok"]:
            self.stop()
            return {**values, "ok": False, "trouble": opened["trouble"]}
        assert self.server
        used, other, began = self.server.cpu_seconds(), core_seconds(OTHER_CORE), time.monotonic()
        seen = self.generator.do("run", sessions=sessions, per_second=per_second, warm=warm, seconds=seconds)
        took = time.monotonic() - began
        seen["server_cpu"] = (self.server.cpu_seconds() - used) / took
        seen["other_core"] = (core_seconds(OTHER_CORE) - other) / took
        bad = ("lost", "disordered", "unacknowledged", "closed")
        ok = seen["p99_ms"] < LIMIT_MS and not any(seen[name] for name in bad)
        if not ok:
            self.stop()
        return {**values, **seen, "ok": ok}


def highest(
    bench: Bench, *, plan: Plan, guess: int, per_second: float, note: Callable[[str], None]
) -> dict[str, Any] | None:
    """The probe that confirmed the highest number of sessions; None when not even a few can be served."""

    def holds(sessions: int, seconds: float) -> dict[str, Any]:
        seen = bench.probe(sessions, per_second=per_second, warm=plan.warm_seconds, seconds=seconds)
        note(describe(bench.side, seen))
        return seen

    best, low, high, trying = None, 0, 0, guess
    while not (low and high and high / low <= 1 + plan.precision):
        seen = holds(trying, plan.probe_seconds)
        if seen["ok"]:
            best, low = seen, trying
        else:
            high = trying
        trying = round((low * high) ** 0.5 if low and high else low * STEP if low else high / STEP)
        if trying in (low, high) or trying < FEWEST:
            break
    if plan.confirm_seconds <= plan.probe_seconds:
        return best
    while low >= FEWEST:
        seen = holds(low, plan.confirm_seconds)
        if seen["ok"]:
            return seen
        low = round(low * (1 - plan.precision))
    return None


def describe(side: Side, seen: dict[str, Any]) -> str:
    head = f"{side.name:<15} {seen['sessions']:>5} sessions {seen['rate']:>6}/s  {'ok  ' if seen['ok'] else 'FAIL'}"
    if "p99_ms" not in seen:
        return f"{head} {seen['trouble']}"
    times = f"p50 {seen['p50_ms']:.1f} p99 {seen['p99_ms']:.1f} ms, lost {seen['lost']}"
    each = f"{seen['server_cpu'] / seen['rate'] * 1e6:.0f} us a frame"
    shares = f"server {seen['server_cpu']:.0%} ({each}), generator {seen['generator_cpu']:.0%}"
    core = f"its core {seen['other_core']:.0%}, late {seen['late_p99_ms']:.1f} ms"
    return f"{head} {times}, {shares}, {core} {seen['trouble']}"
