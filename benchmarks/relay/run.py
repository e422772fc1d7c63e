"""`make bench-relay`: the highest lossless rate of the live channel beside its peers, on the same core in one run."""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import result
from benchmarks.relay.machine import services
from benchmarks.relay.report import figures, table
from benchmarks.relay.search import Bench, Generator, Plan, Sessions, highest
from benchmarks.relay.servers import SIDES, Side, running

FOLDER = Path(__file__).parent
FRAMES_PER_SECOND = 10
SLOW_FRAMES_PER_SECOND = 2
FULL = Plan(warm_seconds=3, probe_seconds=12, confirm_seconds=30, precision=0.06)
QUICK = Plan(warm_seconds=1.5, probe_seconds=4, confirm_seconds=0, precision=0.2)
SESSION_GUESS = 1500
IDLE_SESSIONS = 200
SETTLE_SECONDS = 8


def note(text: str) -> None:
    print(text, flush=True)


def measure_rate(side: Side, make_sessions: Sessions, *, plan: Plan, log: Path) -> dict[str, Any]:
    with Bench(side, make_sessions, log) as bench:
        guess = round(side.guess / FRAMES_PER_SECOND)
        seen = highest(bench, plan=plan, guess=guess, per_second=FRAMES_PER_SECOND, note=note)
    return seen or {"rate": 0, "sessions": 0}


def measure_sessions(side: Side, make_sessions: Sessions, *, plan: Plan, log: Path) -> dict[str, Any]:
    """Sessions that send 2 frames a second each; the server's process can't have more than its core."""
    with Bench(side, make_sessions, log) as bench:
        seen = highest(bench, plan=plan, guess=SESSION_GUESS, per_second=SLOW_FRAMES_PER_SECOND, note=note)
    return seen or {"rate": 0, "sessions": 0}


def measure_idle(side: Side, make_sessions: Sessions, *, log: Path) -> int:
    """Bytes of the server's process for a session in which nothing happens, visitor's and agent's sockets together."""
    with running(side, log) as server:
        generator = Generator(port=server.port, speaker=side.speaker)
        try:
            sizes = [_settled(server.memory_bytes, generator, make_sessions(IDLE_SESSIONS)) for _ in range(2)]
        finally:
            generator.stop()
    note(f"{side.name:<15} {(sizes[1] - sizes[0]) / IDLE_SESSIONS / 1024:.0f} KiB for an idle session")
    return round((sizes[1] - sizes[0]) / IDLE_SESSIONS)


def _settled(memory_bytes: Any, generator: Generator, sessions: list[dict[str, str]]) -> int:
    """The first sessions pay for what is loaded once, so only what later ones add counts."""
    opened = generator.do("open", sessions=sessions)
    if not opened["ok"]:
        raise RuntimeError(opened["trouble"])
    idled = generator.do("idle", seconds=SETTLE_SECONDS)
    if idled["closed"]:
        raise RuntimeError(f"an idle session was closed: {idled['trouble']}")
    return int(memory_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    plan, began = QUICK if parser.parse_args().quick else FULL, time.monotonic()
    with tempfile.TemporaryDirectory() as folder, services(Path(folder)) as make_sessions:
        log = Path(folder) / "server.log"
        rates = {side.name: measure_rate(side, make_sessions, plan=plan, log=log) for side in SIDES}
        ours = [side for side in SIDES if side.name in ("ours_daphne", "ours_uvicorn")]
        sessions = {side.name: measure_sessions(side, make_sessions, plan=plan, log=log) for side in ours}
        idle = {side.name: measure_idle(side, make_sessions, log=log) for side in ours}
    note(f"{time.monotonic() - began:.0f} s in all")
    text = table(rates, sessions, idle)
    peers = {"rates": rates, "sessions": sessions, "idle_session_bytes": idle}
    result.write(FOLDER, figures=figures(rates, sessions, idle), peers=peers, table=text)
    print(text)


if __name__ == "__main__":
    main()
