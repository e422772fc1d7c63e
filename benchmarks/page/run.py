"""`make bench-page`: main-thread work, memory and script sizes, ours beside rrweb's record and the page alone."""

import argparse
import json
import re
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import result
from helpdesk.embedded.browser import ARGUMENTS, chromium_path
from tests.apps.actor import Actor
from tests.apps.serving import Applications
from tests.apps.sessions import APPLICATIONS
from tests.capture import sites
from tests.capture.chromium import OWN_HOSTS_ONLY
from tests.capture.rig import SIZE

FOLDER = Path(__file__).parent
SCRIPTS = {
    "alone": None,  # the page's own work
    "ours": sites.DIST / "capture.js",
    "rrweb": sites.ROOT / "node_modules" / "rrweb" / "umd" / "rrweb.min.js",
}
ROWS = {750: 100, 7_500: 1_000, 37_500: 5_000}
# Of one page each, since what is counted is of one document.
APPLICATIONS_SEEN = ("api", "grid", "charts")
PACE = 0.2
REST_SECONDS = 1.0
LONGEST_TASK_MS = 50
# Of the browser's trace: what its main threads do one after the other, and where one of them is the page's.
TASK, MARK = "ThreadControllerImpl::RunTask", "bench"


@dataclass(frozen=True)
class Table:
    """Longest task of the main thread in ms, while recording begins and while half of the rows are replaced."""

    start: float
    change: float


@dataclass(frozen=True)
class Session:
    """Total blocking time in ms (of each task what is above 50 ms) and the heap after a collection, in MB."""

    blocked: float
    heap: float


Measured = TypeVar("Measured", Table, Session)


def page_of(rows: int) -> str:
    """A table page of about 7.5 elements a row."""
    cells = "".join(f"<td class='c{n}' style='padding:2px'>value {n}</td>" for n in range(5))
    body = "".join(f"<tr id='r{n}'>{cells}<td><b>{n}</b></td></tr>" for n in range(rows))
    style = "<style>td { border: 1px solid #ccc } .changed { background: #ffe }</style>"
    return f"<!doctype html><meta charset=utf-8>{style}<table><tbody id=rows>{body}</tbody></table>"


def of_table(browser: Browser, who: str, *, rows: int) -> Table:
    page = browser.new_page()
    page.set_content(page_of(rows))
    if script := SCRIPTS[who]:
        page.add_script_tag(path=script)
    page.add_script_tag(path=FOLDER / "sides.js")
    page.wait_for_timeout(REST_SECONDS * 1000)  # what the browser has to do for the page itself
    start = longest(page, f"benchBegin('{who}')")
    change = longest(page, "benchChange()")
    page.close()
    return Table(start, change)


def longest(page: Page, what: str) -> float:
    """Of all tasks until the side has said all that there is to say, as the browser itself traces them."""
    browser = page.context.browser
    assert browser
    browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    page.evaluate(f"performance.mark('{MARK}'); {what}")
    wait_for_rest(page)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    thread = next((event["pid"], event["tid"]) for event in events if event["name"] == MARK)
    tasks = [event for event in events if event["name"] == TASK and (event["pid"], event["tid"]) == thread]
    return float(max(task.get("dur", 0) for task in tasks)) / 1000  # the last one may be under way


def wait_for_rest(page: Page) -> None:
    before = -1
    while (sent := page.evaluate("benchSeen().sent")) != before:
        before = sent
        page.wait_for_timeout(REST_SECONDS * 1000)
    if not sent:
        raise RuntimeError("nothing was recorded")


def of_session(browser: Browser, who: str, *, name: str) -> Session:
    """A session of the application at five times a person's pace, recorded from its beginning."""
    application = next(one for one in APPLICATIONS if one.name == name)
    script = SCRIPTS[who]
    with sites.served(Applications) as origin:
        page = browser.new_page(viewport=SIZE)
        sides = (FOLDER / "sides.js").read_text()
        # rrweb makes frames for itself.
        begin = f"if (top === window) document.addEventListener('DOMContentLoaded', () => benchBegin('{who}'))"
        page.add_init_script(f"{script.read_text() if script else ''};{sides};{begin}")
        application.session(Actor(page, origin, pace=PACE))
        wait_for_rest(page)
        blocked, heap = page.evaluate("benchSeen().blocked"), heap_of(page)
        page.close()
    return Session(blocked, heap)


def heap_of(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def medians(measure: Callable[[str], Measured], *, repeats: int) -> dict[str, Measured]:
    """By side; the sides take turns."""
    seen: dict[str, list[Measured]] = {who: [] for who in SCRIPTS}
    for _ in range(repeats):
        for who in SCRIPTS:
            seen[who].append(measure(who))
    return {who: type(of[0])(*map(statistics.median, zip(*map(astuple, of), strict=True))) for who, of in seen.items()}


def brotli_bytes(name: str) -> int:
    """Size of a built visitor script, as the build prints it."""
    printed = subprocess.run(
        ["node", "web/build.mjs"], cwd=sites.ROOT, capture_output=True, text=True, check=True
    ).stdout
    found = re.search(rf"^{name}\.js: (\d+) bytes", printed, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the build printed no size of {name}.js: {printed}")
    return int(found[1])


def table(tables: dict[int, dict[str, Table]], sessions: dict[str, dict[str, Session]], sizes: dict[str, int]) -> str:
    lines = [
        "| longest task, of elements | start, ours | rrweb | the page alone | change, ours | rrweb | the page alone |",
        "| ---: |" + " ---: |" * 6,
    ]
    for elements, by in tables.items():
        figures = [by[who].start for who in ("ours", "rrweb", "alone")]
        figures += [by[who].change for who in ("ours", "rrweb", "alone")]
        lines.append(f"| {elements:,} | " + " | ".join(f"{figure:.0f} ms" for figure in figures) + " |")
    lines += [
        "",
        "| a session of | blocked, ours | rrweb | the page alone | heap, ours | rrweb | the page alone |",
        "| --- |" + " ---: |" * 6,
    ]
    for name, of in sessions.items():
        blocked = [f"{of[who].blocked:.0f} ms" for who in ("ours", "rrweb", "alone")]
        heap = [f"{of[who].heap:.1f} MB" for who in ("ours", "rrweb", "alone")]
        lines.append(f"| {name} | " + " | ".join(blocked + heap) + " |")
    lines += ["", "| script | bytes after brotli |", "| --- | ---: |"]
    return "\n".join(lines + [f"| {name}.js | {size:,} |" for name, size in sizes.items()])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    repeats = 1 if parser.parse_args().quick else 5
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, OWN_HOSTS_ONLY]
        browser = playwright.chromium.launch(executable_path=str(chromium_path()), args=arguments)
        tables = {
            elements: medians(lambda who, rows=rows: of_table(browser, who, rows=rows), repeats=repeats)
            for elements, rows in ROWS.items()
        }
        sessions = {
            name: medians(lambda who, name=name: of_session(browser, who, name=name), repeats=repeats)
            for name in APPLICATIONS_SEEN
        }
        browser.close()
    sizes = {name: brotli_bytes(name) for name in ("loader", "rest", "capture")}
    ours, theirs = (tables[max(ROWS)][who] for who in ("ours", "rrweb"))
    figures = {
        "longest_task_ms": round(ours.start, 1),
        "longest_task_at_most_ms": LONGEST_TASK_MS,
        "ratio_to_rrweb_longest_task": round(ours.start / theirs.start, 3),
        **{f"{name}_brotli_bytes": size for name, size in sizes.items()},
    }
    text = table(tables, sessions, sizes)
    result.write(
        FOLDER, figures=figures, peers={"rrweb": "2.2.2", "longest_task_ms": round(theirs.start, 1)}, table=text
    )
    print(text)


if __name__ == "__main__":
    main()
