"""Looks for sequences of operations after which the rebuilt page is wrong; writes the shortest that still do.

`python -m tests.capture.fuzz --seeds 1-50 --minutes 5` leaves them in tests/capture/found, where each is a test.
"""

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from helpdesk.embedded import browser as browsers
from tests.capture.chromium import launch
from tests.capture.playground import Playground, playground
from tests.capture.sequences import Operation, sequence
from tests.capture.shrink import shrunk

FOUND = Path(__file__).parent / "found"
# Longer than anything that the capture code looks for from time to time takes, on a machine that is not busy.
SHRINK_SECONDS = 4.0


def failure(ground: Playground, operations: list[Operation], *, seconds: float) -> str | None:
    """What is wrong after these operations, in words."""
    try:
        ground.run(operations, seconds=seconds)
    except AssertionError as error:
        return str(error)
    return None


def shortest(ground: Playground, operations: list[Operation], *, seconds: float = SHRINK_SECONDS) -> list[Operation]:
    return shrunk(operations, lambda fewer: failure(ground, fewer, seconds=seconds) is not None)


def examine(browser: Browser, seed: int) -> Path | None:
    """Where the shortest sequence has been written that fails, if that of the seed does."""
    with playground(browser) as ground:
        operations = sequence(seed)
        if failure(ground, operations, seconds=SHRINK_SECONDS) is None:
            return None
        fewer = shortest(ground, operations)
        said = failure(ground, fewer, seconds=SHRINK_SECONDS)
    return write(f"seed-{seed}", fewer, said or "equal, when run once more")


def write(name: str, operations: list[Operation], difference: str) -> Path:
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{name}.json"
    lines = ",\n".join(f"  {json.dumps(operation, ensure_ascii=False)}" for operation in operations)
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{name}: {difference}\n{path.read_text()}", flush=True)
    return path


def search(browser: Browser, seeds: Iterable[int], *, minutes: float) -> list[Path]:
    """Examine seeds until the time is over; the files of those that failed."""
    deadline = time.monotonic() + minutes * 60
    found: list[Path] = []
    for seed in seeds:
        if time.monotonic() > deadline:
            break
        path = examine(browser, seed)
        print(f"seed {seed}: {'equal' if path is None else path.name}", flush=True)
        found += [path] if path else []
    return found


def seed_range(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> int:
    """1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=seed_range, default="1-50", help="1-50, or one")
    parser.add_argument("--minutes", type=float, default=5)
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launch(playwright, browsers.headless_shell_path(), without=[])
        found = search(browser, given.seeds, minutes=given.minutes)
        browser.close()
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
