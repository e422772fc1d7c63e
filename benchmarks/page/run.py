"""`make bench-page`: longest main-thread stretch and script sizes, ours beside rrweb's record in one run."""

import argparse
import re
import statistics
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks import result
from helpdesk.embedded.browser import ARGUMENTS, chromium_path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
SCRIPTS = {
    "alone": None,  # the page's own work
    "ours": ROOT / "web" / "dist" / "capture.js",
    "rrweb": ROOT / "node_modules" / "rrweb" / "umd" / "rrweb.min.js",
}
ROWS = {750: 100, 7_500: 1_000, 37_500: 5_000}


def page_of(rows: int) -> str:
    """A table page of about 7.5 elements a row."""
    cells = "".join(f"<td class='c{n}' style='padding:2px'>value {n}</td>" for n in range(5))
    body = "".join(f"<tr id='r{n}'>{cells}<td><b>{n}</b></td></tr>" for n in range(rows))
    style = "<style>td { border: 1px solid #ccc } .changed { background: #ffe }</style>"
    return f"<!doctype html><meta charset=utf-8>{style}<table><tbody id=rows>{body}</tbody></table>"


def measure(browser: Browser, who: str, *, rows: int) -> tuple[float, float]:
    """(start, change) in ms."""
    page = browser.new_page()
    page.set_content(page_of(rows))
    if script := SCRIPTS[who]:
        page.add_script_tag(path=script)
    page.add_script_tag(path=FOLDER / "peer.js")
    start = page.evaluate("who => benchStart(who)", who)
    change = page.evaluate("benchChange()")
    if not page.evaluate("benchBytes()"):
        raise RuntimeError(f"{who} recorded nothing")
    page.close()
    return start, change


def brotli_bytes(name: str) -> int:
    """Size of a built visitor script, as the build prints it."""
    printed = subprocess.run(["node", "web/build.mjs"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = re.search(rf"^{name}\.js: (\d+) bytes", printed, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the build printed no size of {name}.js: {printed}")
    return int(found[1])


def run(*, repeats: int) -> dict[int, dict[str, tuple[float, float]]]:
    """Medians by page size and side; the sides take turns."""
    out: dict[int, dict[str, tuple[float, float]]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium_path()), args=ARGUMENTS)
        for elements, rows in ROWS.items():
            seen: dict[str, list[tuple[float, float]]] = {who: [] for who in SCRIPTS}
            for _ in range(repeats):
                for who in SCRIPTS:
                    seen[who].append(measure(browser, who, rows=rows))
            out[elements] = {who: _medians(values) for who, values in seen.items()}
        browser.close()
    return out


def _medians(values: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(start for start, _ in values), statistics.median(change for _, change in values)


def table(measured: dict[int, dict[str, tuple[float, float]]], sizes: dict[str, int]) -> str:
    lines = [
        "| elements | start, ours | start, rrweb | change, ours | change, rrweb | change, the page alone |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for elements, sides in measured.items():
        starts = [sides[who][0] for who in ("ours", "rrweb")]
        changes = [sides[who][1] for who in ("ours", "rrweb", "alone")]
        cells = [f"{value:.0f} ms" for value in starts + changes]
        lines.append(f"| {elements:,} | " + " | ".join(cells) + " |")
    lines += ["", "| script | bytes after brotli |", "| --- | ---: |"]
    return "\n".join(lines + [f"| {name}.js | {size:,} |" for name, size in sizes.items()])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    measured = run(repeats=3 if parser.parse_args().quick else 7)
    sizes = {name: brotli_bytes(name) for name in ("loader", "rest", "capture")}
    largest = measured[max(ROWS)]
    (start, _), (their_start, _) = largest["ours"], largest["rrweb"]
    figures: dict[str, Any] = {
        "longest_task_ms": round(start, 1),
        "ratio_to_rrweb_longest_task": round(start / their_start, 3),
        "loader_brotli_bytes": sizes["loader"],
        "capture_brotli_bytes": sizes["capture"],
    }
    peers = {"rrweb": "2.2.2", "rrweb_longest_task_ms": round(their_start, 1)}
    text = table(measured, sizes)
    result.write(FOLDER, figures=figures, peers=peers, table=text)
    print(text)


if __name__ == "__main__":
    main()
