"""A page that a library draws on a canvas, its scene graph handed over, is seen as it was drawn (M8)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.capture.inheritance import flattened
from tests.capture import sites
from tests.capture.rig import Rig, rig

KONVA = sites.ROOT / "node_modules" / "konva" / "konva.min.js"
MAPPING = {
    "version": 1,
    "shapes": {"box": {"text": "", "style": {"background": "{{fill}}"}}},
    "rules": [
        {"match": {"tag": "Stage"}, "extends": "box", "element": "main"},
        {"match": {"tag": "Label", "attributes": {"name": "field"}}, "extends": "box", "input": True},
        {"match": {"tag": "Text"}, "element": "span", "style": {"color": "{{fill}}", "font-size": "{{fontSize|12}}px"}},
        {"match": {"tag": "Group", "attributes": {"name": "seat"}}, "extends": "box", "role": "button"},
        {"match": {"tag": "*"}, "extends": "box"},
    ],
}
SEATS = """() => [...document.querySelectorAll('[role=button]')].map((seat) => {
  const { left, top, width, height } = seat.getBoundingClientRect();
  return [seat.innerText.trim(), left, top, width, height, getComputedStyle(seat.firstElementChild).backgroundColor];
})"""


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    shutil.copy(sites.PAGES / "konva.html", folder / "seats.html")
    shutil.copy(KONVA, folder / "konva.js")
    with rig(browser, folder, mappings={"seats": flattened(MAPPING, bases={})}) as made:
        made.open("seats.html")
        made.visitor.evaluate("begin()")
        made.until(lambda: made.page.query_selector("main"), "the hall")
        made.settle()
        yield made


def test_shapes_stand_where_they_were_drawn(shown: Rig) -> None:
    seats = shown.page.evaluate(SEATS)
    assert [seat[:5] for seat in seats] == [[f"A{at + 1}", 20 + 70 * at, 60, 60, 40] for at in range(6)]
    assert {seat[5] for seat in seats} == {"rgb(125, 184, 125)"}
    assert "Choose a seat" in shown.page.inner_text("main")


def test_click_on_the_canvas_changes_one_shape_for_few_bytes(shown: Rig) -> None:
    before = len(shown.frames)
    left, top = shown.visitor.evaluate("(({ left, top }) => [left, top])(hall.getBoundingClientRect())")
    shown.visitor.mouse.click(left + 190, top + 80)
    shown.until(lambda: shown.page.evaluate(SEATS)[2][5] == "rgb(192, 80, 77)", "the taken seat")
    assert shown.page.evaluate(SEATS)[1][5] == "rgb(125, 184, 125)"
    assert sum(len(frame) for frame in shown.frames[before:]) < 400
    assert '"click"' in shown.operations()


def test_what_stands_in_a_field_of_the_canvas_is_masked(shown: Rig) -> None:
    assert "Robin" not in shown.operations()
    assert "•••••" in shown.page.inner_text("main")
