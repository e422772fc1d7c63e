"""An application that shows one thing after the other all day: the stage keeps nothing of what has gone."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.capture.rig import rig

ROUNDS, ROWS = 12, 1500
FILL = "([round, rows]) => document.querySelector('main').innerHTML = `<li>${round}</li>`.repeat(rows)"
# Each row is two nodes.
MOST_NODES = ROUNDS * ROWS


def test_stage_keeps_no_node_that_the_page_has_removed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><title>Long day</title><main></main>")
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        for number in range(ROUNDS):
            shown.visitor.evaluate(FILL, [f"round {number}", ROWS])
            here = f"document.querySelector('li')?.textContent === 'round {number}'"
            shown.until(lambda here=here: shown.page.evaluate(here), here)
        devtools = shown.console.context.new_cdp_session(shown.console)
        devtools.send("HeapProfiler.collectGarbage")
        devtools.send("Performance.enable")
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        nodes = next(metric["value"] for metric in metrics if metric["name"] == "Nodes")
        assert nodes < MOST_NODES
