"""A page that is taken a few nodes at a time, as a large one is on a slow machine, while it goes on changing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameKind
from tests.capture import sites
from tests.capture.invariant import Invariant
from tests.capture.rig import Rig, rig

# Each look at the clock takes 0.3 ms: a task gets no further than the least that it does.
SLOW = "{ const now = performance.now.bind(performance); let late = 0; performance.now = () => now() + (late += 0.3); }"
FLAT_ROWS = 20_000
# Its rows are read in a few hundred tasks at most; each may be one difference.
MOST_FRAMES = 400

# Of the second the page lets nobody know.
SCROLL = """<script>
addEventListener("scroll", (event) => event.target.id === "untold" && event.stopImmediatePropagation(), true);
for (const id of ["told", "untold"]) document.getElementById(id).scrollTop = 90;
</script>"""

# In the midst of its reading all of the table goes into a box, and most of what is in it away.
TABLE = f"<main><table><tbody>{'<tr><td>text</td></tr>' * 3000}</table>{'<p>text</p>' * 500}</main>"
WRAP = """<script>
addEventListener("load", async () => {
  for (let n = 0; n < location.search.slice(1); n++) await new Promise((resolve) => setTimeout(resolve));
  const table = document.querySelector("table");
  const box = document.createElement("div");
  table.replaceWith(box);
  box.append(table);
  const rows = [...table.rows];
  table.tBodies[0].replaceChildren(...rows.slice(0, 9), rows.at(-1));
  document.title = "Done";
});
</script>"""


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    script = (sites.PAGES / "slices.js").read_text()
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><title>S</title><script>{script}</script>")
    flat = "<p>text</p>" * FLAT_ROWS
    (tmp_path / "flat.html").write_text(f"<!doctype html><meta charset=utf-8><title>F</title>{flat}")
    (tmp_path / "card.html").write_text(f"<!doctype html><title>C</title>{'<i></i>' * 90}<p>4111 1111 1111 <b></b></p>")
    boxes = "".join(
        f"<div id={name} style='height:50px;overflow:auto'>{'<p>line' * 9}</div>" for name in ("told", "untold")
    )
    (tmp_path / "boxes.html").write_text(f"<!doctype html><title>B</title>{'<p>text</p>' * 9000}{boxes}{SCROLL}")
    (tmp_path / "table.html").write_text(f"<!doctype html><title>T</title>{TABLE}{WRAP}")
    with rig(browser, tmp_path, masking={"data": ["card"]}) as made:
        yield made


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))])
def test_page_that_changes_while_it_is_taken_in_parts_arrives(shown: Rig, seed: int) -> None:
    shown.visitor.add_init_script(SLOW)
    shown.open("page.html")
    equal = Invariant(shown)

    def holds() -> bool:
        assert not shown.console.evaluate("reports.filter(({ type }) => type === 'fault' || type === 'need')")
        return equal()

    shown.visitor.evaluate("seed => churn(seed, 12)", seed)
    shown.until(holds, equal, 40)
    shown.visitor.evaluate("seed => churn(seed + 7, 12)", seed)
    shown.until(holds, equal, 40)


def test_long_flat_list_is_read_once_and_not_once_a_part(shown: Rig) -> None:
    shown.open("flat.html")
    shown.until(lambda: shown.operations().count('"text"') == FLAT_ROWS, "all of it is sent")
    assert sum(frame[0] in (FrameKind.SNAPSHOT, FrameKind.OPERATIONS) for frame in shown.frames) < MOST_FRAMES


def test_what_is_read_after_the_snapshot_has_gone_stands_where_it_is_scrolled(shown: Rig) -> None:
    shown.visitor.add_init_script(SLOW)
    shown.open("boxes.html")
    places = "[told.scrollTop, untold.scrollTop]"
    shown.until(lambda: shown.page.evaluate("document.getElementById('untold')"), "all of it is sent", 40)
    shown.until(lambda: shown.page.evaluate(places) == [90, 90], lambda: shown.page.evaluate(places))
    [snapshot] = [line for line in shown.operations().splitlines() if line.startswith('["snapshot"')]
    assert "untold" not in snapshot


@pytest.mark.parametrize("tasks", [3, 9, 15])
def test_table_that_is_read_anew_elsewhere_has_what_it_has_then(shown: Rig, tasks: int) -> None:
    shown.visitor.add_init_script(SLOW)
    shown.open(f"table.html?{tasks}")
    shown.visitor.wait_for_function("document.title === 'Done'")
    equal = Invariant(shown)
    shown.until(equal, equal)


def test_number_that_grows_behind_what_was_read_is_hidden_from_its_beginning(shown: Rig) -> None:
    shown.visitor.add_init_script(SLOW)
    shown.open("card.html")
    shown.visitor.evaluate("document.querySelector('b').textContent = '1111'")
    hidden = ["•••• •••• •••• ••••"]  # asked for without waiting: nothing moves meanwhile
    shown.until(lambda: shown.page.locator("p").all_inner_texts() == hidden, "the number is hidden")
