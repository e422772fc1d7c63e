"""One probe by hand: `python -m benchmarks.relay.probe SIDE SESSIONS [FRAMES A SECOND] [SECONDS]`."""

import sys
import tempfile
from pathlib import Path

from benchmarks.relay.machine import services
from benchmarks.relay.search import Bench, describe
from benchmarks.relay.servers import SIDES


def main() -> None:
    name, sessions, per_second, seconds = [*sys.argv[1:], "10", "6"][:4]
    side = next(side for side in SIDES if side.name == name)
    with (
        tempfile.TemporaryDirectory() as folder,
        services(Path(folder)) as make_sessions,
        Bench(side, make_sessions, Path(folder) / "server.log") as bench,
    ):
        for number in sessions.split(","):
            seen = bench.probe(int(number), per_second=float(per_second), warm=2, seconds=float(seconds))
            print(describe(side, seen), flush=True)


if __name__ == "__main__":
    main()
