"""`make bench-latency`: how late the agent sees a change, near and in bad weather, and how soon who joins late does."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import result
from benchmarks.latency import late_join, loopback, plot, weather
from benchmarks.latency.late_join import LateJoin
from benchmarks.latency.loopback import Loopback
from benchmarks.latency.weather import Weather
from helpdesk.embedded import ports
from helpdesk.embedded.system import System

FOLDER = Path(__file__).parent
IMAGE = FOLDER.parent.parent / "docs" / "images" / "latency-weather.svg"
NAMES = {"alongside": "Alongside", "h264": "H.264, 10 frames a second", "jpeg": "JPEG, 5 pictures a second"}
# Changes of each situation, changes on each page of the bad line, operations of the long log, joins.
FULL, QUICK = (300, 150, 3600, 20), (120, 60, 3600, 8)


def measure(*, quick: bool) -> tuple[Loopback, Weather, LateJoin]:
    changes, weather_changes, operations, joins = QUICK if quick else FULL
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as home:
        given = {**os.environ, "PORT": str(ports.any_free())}
        with System(home=Path(home), given=given) as system:
            # First, while the store has none of the site's assets: they go over the bad line as well.
            far = asyncio.run(weather.run(system, changes=weather_changes, folder=Path(home)))
            near = asyncio.run(loopback.run(system, count=changes))
            joined = asyncio.run(late_join.run(system, operations=operations, joins=joins))
    return near, far, joined


def ms(times: list[float], share: float) -> int:
    return round(float(np.percentile(times, share)))


def near_table(near: Loopback) -> list[str]:
    rows = ["| on one machine | changes | p50 | p95 | longest |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, times in near.painted.items():
        rows.append(f"| {name} | {len(times)} | {ms(times, 50)} ms | {ms(times, 95)} ms | {max(times):.0f} ms |")
    rows += ["", "| where the time goes, from the change to | p50 | p95 |", "| --- | ---: | ---: |"]
    painted = [time for times in near.painted.values() for time in times]
    stations = {
        "its frame leaving the visitor's browser": near.stations["sent"],
        "that frame being at the console": near.stations["heard"],
        "the change being in the rebuilt page": near.stations["dom"],
        "its being painted": painted,
    }
    return rows + [f"| {name} | {ms(times, 50)} ms | {ms(times, 95)} ms |" for name, times in stations.items()]


def far_table(far: Weather) -> list[str]:
    line, checked = far.line, far.checked
    rows = [
        f"The line: {line.kbits} kbit/s each way, {line.round_trip_ms} ms round trip, {line.loss:.0%} of the packets "
        f"lost each way. Its own ping says {checked.round_trip_ms:.0f} ms and {checked.lost:.1%} of the pings "
        f"unanswered, its own flood {checked.up_kbits:.0f} kbit/s up.",
        "",
        "| over the bad line | changes | p50 | p95 | p99 | longest | first picture of a page | sent up |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, seen in far.seen.items():
        times = seen.times_ms
        first = ", ".join(f"{time / 1000:.1f} s" for time in seen.first_ms)
        shares = " | ".join(f"{ms(times, share)} ms" for share in (50, 95, 99, 100))
        rows.append(f"| {NAMES[name]} | {len(times)} | {shares} | {first} | {seen.bytes_up / 1024:.0f} KiB |")
    return rows


def join_table(joined: LateJoin) -> list[str]:
    times, whole = joined.times_ms, joined.whole_ms
    return [
        "| late join | page | log | joins | p50 | p95 | longest |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        f"| from the console's socket being open to the page being painted | {joined.page_bytes / 1e6:.1f} MB of HTML "
        f"| {joined.frames} frames, {joined.queue_bytes / 1024:.0f} KiB | {len(times)} | {ms(times, 50)} ms "
        f"| {ms(times, 95)} ms | {max(times):.0f} ms |",
        f"| the same, to all of it that is out of sight being there | | | | {ms(whole, 50)} ms | {ms(whole, 95)} ms "
        f"| {max(whole):.0f} ms |",
    ]


def figures(near: Loopback, far: Weather, joined: LateJoin) -> dict[str, Any]:
    painted = [time for times in near.painted.values() for time in times]
    return {
        "loopback_p50_ms": ms(painted, 50),
        "loopback_p95_ms": ms(painted, 95),
        "weather_p95_over_rtt_ms": ms(far.seen["alongside"].times_ms, 95) - far.line.round_trip_ms,
        "late_join_ms": ms(joined.times_ms, 50),
        "late_join_whole_ms": ms(joined.whole_ms, 50),
    }


def peers(far: Weather) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in ("h264", "jpeg"):
        times = far.seen[name].times_ms
        out[f"{name}_p50_ms"], out[f"{name}_p95_ms"] = ms(times, 50), ms(times, 95)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    near, far, joined = measure(quick=parser.parse_args().quick)
    series = {NAMES[name]: seen.times_ms for name, seen in far.seen.items()}
    bound = far.line.round_trip_ms
    plot.curves(series, marks={"round trip": bound, "+ 150 ms": bound + 150}, path=IMAGE)
    text = "\n".join([*near_table(near), "", *far_table(far), "", *join_table(joined)])
    result.write(FOLDER, figures=figures(near, far, joined), peers=peers(far), table=text)
    print(text)


if __name__ == "__main__":
    main()
