"""A long page that somebody joins late: what is in sight is built first, and right from the first frame on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture.invariant import Invariant
from tests.capture.likeness import _picture, differing_share
from tests.capture.rig import Rig, rig
from tests.capture.test_queue import hand_over

ROW = "<div class=row><h3>Order {0}</h3><p>Waits for <b>the carrier</b>, box {0}.</p><p>Placed on day {0}.</p></div>"
PAGE = """<!doctype html><title>Long</title><style>%s</style><body><main>%s</main>
<div style="position:fixed;left:0;bottom:0;width:300px;height:60px;background:#fc0">A bar that comes last</div>"""
ROWS = 1500
BUILT = "document.querySelectorAll('.row').length"
# The stage's frames come when the test lets them, and the veil is lifted by its styles, however long they take.
FREEZE = """() => {
  window.waiting = [];
  window.requestAnimationFrame = (call) => waiting.push(call);
  const timer = window.setTimeout;
  window.setTimeout = (call, ms) => ms === 500 ? 0 : timer(call, ms);
}"""
# Frame by frame, until nothing asks for one.
THAW = "() => { for (let n = 0; waiting.length && n < 500; n++) waiting.splice(0).forEach((call) => call(0)); }"
HEIGHT = "document.documentElement.scrollHeight"
APPLIED = "reports.some((report) => report.type === 'applied')"


def hand_over_all(shown: Rig) -> None:
    """As a queue; what comes meanwhile follows it."""
    frames = [*shown.frames]
    hand_over(shown, frames)
    shown._moved = len(frames)


@contextmanager
def joined(browser: Browser, folder: Path, *, style: str = "", scroll_y: int = 0) -> Iterator[Rig]:
    """The stage has the page's queue, and has shown its first frame."""
    rows = "".join(ROW.format(number) for number in range(ROWS))
    (folder / "page.html").write_text(PAGE % (style, rows))
    with rig(browser, folder) as shown:
        shown.open("page.html")
        shown.visitor.evaluate("y => scrollTo(0, y)", scroll_y)
        shown.until_sent("A bar that comes last")
        if scroll_y:
            shown.until_sent(f"1,0,{scroll_y}]")
        shown.stage.evaluate(FREEZE)
        hand_over_all(shown)
        shown.console.wait_for_function(APPLIED)
        yield shown


def pictures_differ(shown: Rig) -> float:
    stage = shown.stage.get_by_test_id("assist-page").screenshot(animations="disabled", caret="initial")
    return differing_share(_picture(shown.visitor.screenshot(animations="disabled", caret="initial")), _picture(stage))


@pytest.mark.parametrize("scroll_y", [0, 40_000])
def test_first_frame_of_a_long_page_is_what_the_visitor_sees(browser: Browser, tmp_path: Path, scroll_y: int) -> None:
    with joined(browser, tmp_path, scroll_y=scroll_y) as shown:
        assert shown.page.evaluate(BUILT) < ROWS - 100
        assert shown.page.evaluate("scrollY") == scroll_y
        assert pictures_differ(shown) == 0


def test_rest_of_a_long_page_follows_frame_by_frame(browser: Browser, tmp_path: Path) -> None:
    with joined(browser, tmp_path, scroll_y=3000) as shown:
        assert shown.page.evaluate(HEIGHT) != shown.visitor.evaluate(HEIGHT)
        shown.stage.evaluate(THAW)
        shown.until(Invariant(shown))
        assert shown.page.evaluate(HEIGHT) == shown.visitor.evaluate(HEIGHT)
        assert shown.page.evaluate("scrollY") == 3000


def test_scrolling_does_not_wait_for_the_rest(browser: Browser, tmp_path: Path) -> None:
    with joined(browser, tmp_path) as shown:
        shown.visitor.evaluate("scrollTo(0, 90000)")
        shown.until(lambda: shown.page.evaluate("scrollY") == 90_000, "the stage has scrolled")
        assert shown.page.evaluate(BUILT) == ROWS
        assert pictures_differ(shown) == 0


def test_change_finds_the_rest_built(browser: Browser, tmp_path: Path) -> None:
    with joined(browser, tmp_path) as shown:
        shown.visitor.evaluate("document.querySelectorAll('.row')[1400].after(document.createElement('hr'))")
        shown.until(lambda: shown.page.locator("hr").count() == 1, "the change is there")
        shown.until(Invariant(shown))


def test_page_whose_rows_move_each_other_is_laid_out_at_once(browser: Browser, tmp_path: Path) -> None:
    with joined(browser, tmp_path, style="main { display: grid; grid-template-columns: auto auto }") as shown:
        assert shown.page.evaluate(BUILT) == ROWS
        assert pictures_differ(shown) == 0


# As a library writes them: one element, each rule a text of its own. What is built at first ends somewhere in it.
STYLED = """<!doctype html><title>Styled</title><body>%s<style id=own></style><main>%s</main><script>
  for (let n = 0; n < 1000; n++) own.append(`.row:nth-child(${n + 1}):hover { color: rgb(1, 2, 3) }`);
  own.sheet.insertRule(".row { color: rgb(4, 5, 6) }", 0);
</script>"""
COLOURS = "[...document.querySelectorAll('.row')].slice(0, 20).map((row) => getComputedStyle(row).color)"


def test_style_sheet_in_which_the_first_slice_ends_is_whole(browser: Browser, tmp_path: Path) -> None:
    rows = "".join(ROW.format(number) for number in range(ROWS))
    (tmp_path / "page.html").write_text(STYLED % ("<i></i>" * 1500, rows))
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.until_sent(f"box {ROWS - 1}.")
        hand_over_all(shown)
        shown.console.wait_for_function("reports.some((report) => report.type === 'taken')")
        shown.stage.locator("[data-testid=assist-page][data-waits='0']").wait_for()
        assert shown.page.evaluate(BUILT) == ROWS
        shown.visitor.locator(".row").nth(3).hover()
        hovered = ["rgb(4, 5, 6)"] * 3 + ["rgb(1, 2, 3)"] + ["rgb(4, 5, 6)"] * 16
        shown.until(lambda: shown.page.evaluate(COLOURS) == hovered, "the rules of text and of script are there")


def test_body_that_takes_the_place_of_a_long_one_is_there_at_once(browser: Browser, tmp_path: Path) -> None:
    """The room that the first one had is no bound for it."""
    with joined(browser, tmp_path) as shown:
        body = "<p>text</p>".join([""] * (2 * ROWS))
        shown.visitor.evaluate(
            "html => { const body = document.createElement('body'); body.innerHTML = html; document.body = body; }",
            body,
        )
        shown.until(equal := Invariant(shown), equal)
