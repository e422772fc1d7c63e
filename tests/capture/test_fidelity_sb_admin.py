"""What the agent sees of a real site: the same elements, the same text, the same pixels."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.likeness import compare
from tests.capture.rig import Rig, rig

# Most that may differ, as a share of all pixels.
MOST_DIFFERING = 0.01


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Rig]:
    with rig(browser, sites.SB_ADMIN) as made:
        yield made


def expect_alike(shown: Rig, folder: Path) -> None:
    likeness = compare(shown)
    likeness.visitor.save(folder / "visitor.png")
    likeness.stage.save(folder / "stage.png")
    assert likeness.differing_share <= MOST_DIFFERING, folder


def test_page_with_charts(shown: Rig, tmp_path: Path) -> None:
    shown.open("charts.html")
    shown.until(lambda: shown.operations().count('["canvas"') >= 3, "pictures of three charts")
    expect_alike(shown, tmp_path)


def test_open_menu(shown: Rig, tmp_path: Path) -> None:
    shown.open("index.html")
    shown.visitor.click("#alertsDropdown")
    shown.visitor.wait_for_selector(".dropdown-menu.show")
    expect_alike(shown, tmp_path)


def test_open_modal(shown: Rig, tmp_path: Path) -> None:
    shown.open("cards.html")
    shown.visitor.click("#userDropdown")
    shown.visitor.click("[data-target='#logoutModal']")
    shown.visitor.wait_for_selector("#logoutModal.show", state="visible")
    expect_alike(shown, tmp_path)


def test_after_resize(shown: Rig, tmp_path: Path) -> None:
    shown.open("tables.html")
    shown.settle()
    shown.visitor.set_viewport_size({"width": 700, "height": 900})
    shown.until(lambda: shown.page.evaluate("innerWidth") == 700, "the new size")
    expect_alike(shown, tmp_path)
    shown.visitor.set_viewport_size({"width": 1280, "height": 720})


def test_scrolled_table_with_a_search(shown: Rig, tmp_path: Path) -> None:
    shown.open("tables.html")
    shown.visitor.click(".paginate_button.next a")
    shown.visitor.mouse.move(640, 400)
    shown.visitor.mouse.wheel(0, 300)
    expect_alike(shown, tmp_path)


def test_after_going_back(shown: Rig, tmp_path: Path) -> None:
    shown.open("charts.html")
    shown.settle()
    shown.open("blank.html")
    shown.settle()
    shown.visitor.evaluate("setTimeout(() => history.back(), 0)")
    shown.until(lambda: shown.kinds()[-3:].count("HISTORY"), "the history event")
    expect_alike(shown, tmp_path)


def test_stage_asks_for_nothing_but_assets(shown: Rig) -> None:
    names = {path.rsplit("/", 1)[-1] for path in shown.asked} - {"", "stage.js", "favicon.ico"}
    assert names <= shown.store.keys()
