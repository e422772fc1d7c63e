"""`make bench-bytes`: what goes up of a minute on real applications, ours beside pictures and other recorders."""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import result
from benchmarks.bytes import back, recorders
from benchmarks.bytes.pictures import Pictures, pictures
from benchmarks.bytes.recorders import NODE_MODULES, Minute, Rrweb, Visitors
from tests.apps.sessions import APPLICATIONS, Application

FOLDER = Path(__file__).parent
KIB = 1024
# What ours over theirs should be at most; of each the median over the applications.
WANTED = {"h264": 0.15, "gzip2s": 0.25, "openreplay": 0.5, "cold_gzip2s": 0.6}


@dataclass(frozen=True)
class Measured:
    """Bytes that go up in one session of an application, one way beside the other."""

    ours: Visitors
    rrweb: Rrweb
    openreplay: int
    pictures: Pictures

    @property
    def warm(self) -> int:
        return sum(self.ours.third.kinds().values())

    @property
    def cold(self) -> int:
        return sum(self.ours.first.kinds().values())

    def ratios(self) -> dict[str, float]:
        return {
            "h264": self.warm / self.pictures.h264,
            "gzip2s": self.warm / self.rrweb.gzipped,
            "openreplay": self.warm / self.openreplay,
            "cold_gzip2s": self.cold / self.rrweb.gzipped,
        }


def measure(application: Application, minute: Minute) -> Measured:
    """All ways at the same time, each in a browser of its own."""
    with ThreadPoolExecutor(4) as threads:
        ours = threads.submit(recorders.visitors, application, minute)
        rrweb = threads.submit(recorders.rrweb, application, minute)
        openreplay = threads.submit(recorders.openreplay, application, minute)
        screen = threads.submit(pictures, application, minute)
        return Measured(ours.result(), rrweb.result(), openreplay.result(), screen.result())


def table(measured: dict[str, Measured]) -> str:
    return "\n".join([*beside(measured), "", *by_ratio(measured), "", *by_kind(measured), "", *by_operation(measured)])


def beside(measured: dict[str, Measured]) -> list[str]:
    rows = [
        "| KiB up | ours, warm | ours, cold | JPEG | H.264 | rrweb, raw | rrweb, gzip per 2 s | OpenReplay |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, one in measured.items():
        sizes = (one.warm, one.cold, one.pictures.jpeg, one.pictures.h264, one.rrweb.raw, one.rrweb.gzipped)
        rows.append(row(name, *map(kib, (*sizes, one.openreplay))))
    return rows


def by_ratio(measured: dict[str, Measured]) -> list[str]:
    names = {"h264": "H.264", "gzip2s": "gzip per 2 s", "openreplay": "OpenReplay", "cold_gzip2s": "cold: gzip per 2 s"}
    rows = [f"| ours over | {' | '.join(names.values())} |", "| --- |" + " ---: |" * len(names)]
    for name, one in measured.items():
        rows.append(row(name, *(f"{ratio:.2f}" for ratio in one.ratios().values())))
    rows.append(row("**median**", *(f"**{value:.2f}**" for value in medians(measured).values())))
    return [*rows, row("at most", *(f"{value:.2f}" for value in WANTED.values()))]


def by_kind(measured: dict[str, Measured]) -> list[str]:
    kinds = list(next(iter(measured.values())).ours.first.kinds())
    rows = [f"| ours, KiB | {' | '.join(kinds)} |", "| --- |" + " ---: |" * len(kinds)]
    for name, one in measured.items():
        for which, visitor in (("first", one.ours.first), ("second", one.ours.second), ("third", one.ours.third)):
            rows.append(row(f"{name}, {which}", *map(kib, visitor.kinds().values())))
    return rows


def by_operation(measured: dict[str, Measured]) -> list[str]:
    """Before it is compressed."""
    names = sorted({operation for one in measured.values() for operation in one.ours.third.inflated()})
    rows = [f"| ours inflated, KiB | {' | '.join(names)} |", "| --- |" + " ---: |" * len(names)]
    for name, one in measured.items():
        rows.append(row(name, *(kib(one.ours.third.inflated().get(operation, 0)) for operation in names)))
    return rows


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def kib(size: float) -> str:
    return f"{size / KIB:,.1f}"


def medians(measured: dict[str, Measured]) -> dict[str, float]:
    ratios = [one.ratios() for one in measured.values()]
    return {name: median(ratio[name] for ratio in ratios) for name in WANTED}


def figures(measured: dict[str, Measured]) -> dict[str, float | int]:
    of = medians(measured)
    out: dict[str, float | int] = {f"ratio_to_{name}": round(of[name], 3) for name in ("h264", "gzip2s", "openreplay")}
    out["cold_ratio_to_gzip2s"] = round(of["cold_gzip2s"], 3)
    out["ratio_to_jpeg"] = round(median(one.warm / one.pictures.jpeg for one in measured.values()), 3)
    out["max_ratio_to_h264"] = round(max(one.ratios()["h264"] for one in measured.values()), 3)
    out["warm_bytes_median"] = round(median(one.warm for one in measured.values()))
    return out


def peers(measured: dict[str, Measured]) -> dict[str, str | int]:
    versions = {
        name: json.loads((NODE_MODULES / name / "package.json").read_text())["version"]
        for name in ("rrweb", "@openreplay/tracker")
    }
    sizes = {
        "h264_bytes_median": [one.pictures.h264 for one in measured.values()],
        "jpeg_bytes_median": [one.pictures.jpeg for one in measured.values()],
        "rrweb_gzip_bytes_median": [one.rrweb.gzipped for one in measured.values()],
        "openreplay_bytes_median": [one.openreplay for one in measured.values()],
    }
    return versions | {name: round(median(values)) for name, values in sizes.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three times as fast as people are, and nothing is kept")
    parser.add_argument("--only", help="names of applications, with commas between; nothing is kept")
    given = parser.parse_args()
    minute = Minute(seconds=20, pace=1 / 3) if given.quick else Minute()
    chosen = [one for one in APPLICATIONS if not given.only or one.name in given.only.split(",")]
    backs, peers_back = back.measure()
    measured = {}
    for application in chosen:
        measured[application.name] = measure(application, minute)
        print(f"{application.name}: {measured[application.name].warm} bytes, warm", flush=True)
    text = "\n".join([table(measured), "", *back.rows(backs, peers_back)])
    if not given.quick and not given.only:
        result.write(FOLDER, figures=figures(measured) | back.figures(backs), peers=peers(measured), table=text)
    print(text)


if __name__ == "__main__":
    main()
