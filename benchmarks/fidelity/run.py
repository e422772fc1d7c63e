"""`make bench-fidelity`: how like the visitor's page the agent's is, ours beside rrweb's live replay in one run."""

import argparse
import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks import result
from benchmarks.fidelity.application import CHECKPOINTS
from benchmarks.fidelity.peer import Peer, peer
from benchmarks.fidelity.ssim import ssim
from tests.capture import sites
from tests.capture.chromium import launch
from tests.fidelity import pictures
from tests.fidelity.features import Feature, all_features
from tests.fidelity.stand import Stand, stand

FOLDER = Path(__file__).parent
PEER_SECONDS = 2.5
WORST = 12


@dataclass(frozen=True)
class Likeness:
    differing: float
    ssim: float

    @property
    def is_exact(self) -> bool:
        return self.differing == 0


@dataclass(frozen=True)
class Row:
    checkpoint: Feature
    ours: Likeness
    theirs: Likeness


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    step = 4 if parser.parse_args().quick else 1
    with sync_playwright() as playwright, ExitStack() as stack:
        browser = launch(playwright, without=[])
        stack.callback(browser.close)
        features = list(measure(browser, all_features()[::step]))
        pages = list(measure(browser, CHECKPOINTS[::step], folder=sites.SB_ADMIN))
    figures, peers = summary(features, pages, lambda row: row.ours), summary(features, pages, lambda row: row.theirs)
    text = table(features, pages)
    result.write(FOLDER, figures=figures, peers={"rrweb": "2.2.2", **peers}, table=text)
    print(text)


def measure(browser: Browser, checkpoints: Iterable[Feature], folder: Path | None = None) -> Iterator[Row]:
    """Each at both sides, one after the other; those of a pixel ratio share their windows."""
    with ExitStack() as stack:
        open_: dict[tuple[float, bool], tuple[Stand, Peer]] = {}
        for checkpoint in checkpoints:
            key = ratio, touch = checkpoint.ratio, "touch" in checkpoint.media
            if key not in open_:
                ours = stack.enter_context(stand(browser, ratio=ratio, touch=touch, folder=folder))
                origin = ours.rig.origin
                theirs = peer(browser, origin, ratio=ratio, touch=touch, longest_seconds=PEER_SECONDS)
                open_[key] = ours, stack.enter_context(theirs)
            yield Row(checkpoint, of_ours(open_[key][0], checkpoint), of_theirs(open_[key][1], checkpoint))


def of_ours(side: Stand, checkpoint: Feature) -> Likeness:
    """A page that does not arrive before the next step counts as it stands then."""
    try:
        seen = side.compare(checkpoint)
    except (AssertionError, Error):
        seen = side.look(checkpoint)
    return likeness(seen.visitor, seen.stage)


def of_theirs(side: Peer, checkpoint: Feature) -> Likeness:
    """A page at which the player breaks off counts as it stands then."""
    try:
        return likeness(*side.compare(checkpoint))
    except Error:
        return likeness(*side.look(checkpoint))


def likeness(visitor: np.ndarray, stage: np.ndarray) -> Likeness:
    return Likeness(float(pictures.differing(visitor, stage).mean()), ssim(visitor, stage))


def summary(features: list[Row], pages: list[Row], side: Callable[[Row], Likeness]) -> dict[str, Any]:
    all_ = [side(row) for row in features + pages]
    of_pages = [side(row) for row in pages]
    return {
        "features_exact_share": round(sum(side(row).is_exact for row in features) / len(features), 3),
        "min_ssim": round(min(one.ssim for one in all_), 4),
        "median_ssim": round(statistics.median(one.ssim for one in all_), 4),
        "min_ssim_of_application": round(min(one.ssim for one in of_pages), 4),
        "max_differing_of_application": round(max(one.differing for one in of_pages), 5),
        "checkpoints": len(all_),
    }


def table(features: list[Row], pages: list[Row]) -> str:
    exact = [sum(side(row).is_exact for row in features) for side in (lambda row: row.ours, lambda row: row.theirs)]
    lines = [
        "| | ours | rrweb |",
        "| --- | ---: | ---: |",
        f"| features exact, of {len(features)} | {exact[0]} | {exact[1]} |",
        f"| lowest SSIM of a feature | {low(features, 'ours')} | {low(features, 'theirs')} |",
        f"| lowest SSIM of a page of the application | {low(pages, 'ours')} | {low(pages, 'theirs')} |",
        "",
        "| page of the application | differing, ours | rrweb | SSIM, ours | rrweb |",
        "| --- | ---: | ---: | ---: | ---: |",
        *map(line, pages),
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
    title = f"{row.checkpoint.group}: {row.checkpoint.title}"
    differing = f"{row.ours.differing:.2%} | {row.theirs.differing:.2%}"
    return f"| {title} | {differing} | {row.ours.ssim:.3f} | {row.theirs.ssim:.3f} |"


if __name__ == "__main__":
    main()
