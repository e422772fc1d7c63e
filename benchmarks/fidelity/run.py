"""`make bench-fidelity`: how like the visitor's page the agent's is, ours beside rrweb's live replay in one run."""

import argparse
import shutil
import statistics
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks import result
from benchmarks.fidelity import sessions
from benchmarks.fidelity.peer import Peer, peer
from benchmarks.fidelity.sessions import Likeness, likeness
from helpdesk.embedded.browser import chromium_path, headless_shell_path
from tests.apps.sessions import APPLICATIONS, Application
from tests.capture import sites
from tests.capture.chromium import launch
from tests.fidelity.features import Feature, all_features
from tests.fidelity.stand import Stand, stand

FOLDER = Path(__file__).parent
PICTURES = sites.ROOT / "var" / "bench-fidelity"
PEER_SECONDS = 2.5
WORST = 12
BROWSERS = 3
Part = TypeVar("Part")


@dataclass(frozen=True)
class Row:
    title: str
    ours: Likeness
    theirs: Likeness


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    step = 4 if parser.parse_args().quick else 1
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    features = side_by_side(of_features, all_features()[::step], headless_shell_path())
    # Not all applications run in a headless shell.
    rests = side_by_side(of_applications, APPLICATIONS[::step], chromium_path())
    figures, peers = summary(features, rests, lambda row: row.ours), summary(features, rests, lambda row: row.theirs)
    text = table(features, rests)
    result.write(FOLDER, figures=figures, peers={"rrweb": "2.2.2", **peers}, table=text)
    print(text)
    print(f"The pictures of both sides are in {PICTURES.relative_to(sites.ROOT)}.")


def side_by_side(rows: Callable[[Browser, list[Part]], Iterator[Row]], parts: list[Part], path: Path) -> list[Row]:
    """Rows of all parts, by title: most of the time a page is waited for, so that several browsers are at it."""

    def some(number: int) -> list[Row]:
        with sync_playwright() as playwright, launch(playwright, path, without=[]) as browser:
            return list(rows(browser, parts[number::BROWSERS]))

    with ThreadPoolExecutor(BROWSERS) as threads:
        found = [row for some_rows in threads.map(some, range(BROWSERS)) for row in some_rows]
    return sorted(found, key=lambda row: row.title)


def of_features(browser: Browser, features: Iterable[Feature]) -> Iterator[Row]:
    """Each at both sides, one after the other; those of a pixel ratio share their windows."""
    with ExitStack() as stack:
        open_: dict[tuple[float, bool], tuple[Stand, Peer]] = {}
        for feature in features:
            key = ratio, touch = feature.ratio, "touch" in feature.media
            if key not in open_:
                ours = stack.enter_context(stand(browser, ratio=ratio, touch=touch))
                theirs = peer(browser, ours.rig.origin, ratio=ratio, touch=touch, longest_seconds=PEER_SECONDS)
                open_[key] = ours, stack.enter_context(theirs)
            title = f"{feature.group}: {feature.title}"
            yield Row(title, of_ours(open_[key][0], feature), of_theirs(open_[key][1], feature))


def of_applications(browser: Browser, applications: Iterable[Application]) -> Iterator[Row]:
    for application in applications:
        ours = sessions.of_ours(browser, application, PICTURES)
        theirs = sessions.of_theirs(browser, application, PICTURES, seconds=PEER_SECONDS)
        for name, like in ours.items():
            yield Row(f"{application.name}: {name}", like, theirs[name])


def of_ours(side: Stand, feature: Feature) -> Likeness:
    """A page that does not arrive before the next step counts as it stands then."""
    try:
        seen = side.compare(feature)
    except (AssertionError, Error):
        seen = side.look(feature)
    return likeness(seen.visitor, seen.stage)


def of_theirs(side: Peer, feature: Feature) -> Likeness:
    """A page at which the player breaks off counts as it stands then."""
    try:
        return likeness(*side.compare(feature))
    except Error:
        return likeness(*side.look())


def summary(features: list[Row], rests: list[Row], side: Callable[[Row], Likeness]) -> dict[str, Any]:
    """A checkpoint is where a session of an application rests; what features lose is stated with each of them."""
    of_features, of_rests = ([side(row) for row in rows] for rows in (features, rests))
    return {
        "features_exact_share": round(sum(one.is_exact for one in of_features) / len(features), 3),
        "min_ssim": round(min(one.ssim for one in of_rests), 4),
        "median_ssim": round(statistics.median(one.ssim for one in of_rests), 4),
        "max_differing": round(max(one.differing for one in of_rests), 5),
        "min_ssim_of_features": round(min(one.ssim for one in of_features), 4),
        "checkpoints": len(rests),
    }


def table(features: list[Row], rests: list[Row]) -> str:
    exact = [sum(side(row).is_exact for row in features) for side in (lambda row: row.ours, lambda row: row.theirs)]
    lines = [
        "| | ours | rrweb |",
        "| --- | ---: | ---: |",
        f"| features exact, of {len(features)} | {exact[0]} | {exact[1]} |",
        f"| lowest SSIM of a feature | {low(features, 'ours')} | {low(features, 'theirs')} |",
        f"| lowest SSIM of an application at rest | {low(rests, 'ours')} | {low(rests, 'theirs')} |",
        "",
        "| application at rest | differing, ours | rrweb | SSIM, ours | rrweb |",
        "| --- | ---: | ---: | ---: | ---: |",
        *map(line, rests),
        "",
        "| feature that is not exact with us | differing, ours | rrweb | SSIM, ours | rrweb |",
        "| --- | ---: | ---: | ---: | ---: |",
        *map(line, (row for row in features if not row.ours.is_exact)),
        "",
        f"| the {WORST} features least like with rrweb | differing, ours | rrweb | SSIM, ours | rrweb |",
        "| --- | ---: | ---: | ---: | ---: |",
        *map(line, sorted(features, key=lambda row: -row.theirs.differing)[:WORST]),
    ]
    return "\n".join(lines)


def low(rows: list[Row], side: str) -> str:
    return f"{min(getattr(row, side).ssim for row in rows):.3f}"


def line(row: Row) -> str:
    differing = f"{row.ours.differing:.2%} | {row.theirs.differing:.2%}"
    return f"| {row.title} | {differing} | {row.ours.ssim:.3f} | {row.theirs.ssim:.3f} |"


if __name__ == "__main__":
    main()
