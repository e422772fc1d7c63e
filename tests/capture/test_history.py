"""Back to a page that is known: a few hundred bytes, and never a wrong page (M10)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.invariant import Invariant
from tests.capture.rig import SIZE, Rig, payload_bytes, rig

# Most that a return to an unchanged page may send up.
MOST_BYTES = 1024
BACK = "setTimeout(() => history.back(), 0)"


def sent_by(shown: Rig, act: Callable[[], object]) -> list[bytes]:
    """The frames that an act leads to, once all is at rest."""
    before = len(shown.frames)
    act()
    shown.settle()
    return shown.frames[before:]


def go_back(shown: Rig) -> None:
    """Until the page there is announced, however long it loads."""
    before = len(shown.frames)
    shown.visitor.evaluate(BACK)
    shown.until(lambda: names(shown.frames[before:]) & {"HISTORY", "PAGE_ENTER"}, "the page is announced")


def names(frames: list[bytes]) -> set[str]:
    return {Rig.kind_of(frame) for frame in frames}


def test_viewport_is_said_once_and_where_it_has_become_another(browser: Browser) -> None:
    with rig(browser, sites.SB_ADMIN) as shown:
        for path in ("charts.html", "tables.html"):
            shown.open(path)
            shown.settle()
        shown.visitor.set_viewport_size({"width": 900, "height": 700})
        shown.until(lambda: shown.kinds().count("VIEWPORT") == 2, "it is said")
        shown.open("index.html")
        shown.settle()
        said = [line.partition(" ") for line in shown.operations().splitlines()]
        assert [json.loads(text)["width"] for kind, _, text in said if kind == "VIEWPORT"] == [SIZE["width"], 900]
        assert shown.page.evaluate("innerWidth") == 900


def test_window_that_changes_back_after_a_pause_is_followed(browser: Browser) -> None:
    with rig(browser, sites.SB_ADMIN) as shown:
        shown.open("charts.html")
        shown.settle()
        shown.visitor.evaluate("testCapture.pause()")
        shown.visitor.set_viewport_size({"width": 900, "height": 700})
        shown.visitor.evaluate("testCapture.resume()")
        shown.until(lambda: shown.page.evaluate("innerWidth") == 900, "the page is as it has become")
        shown.visitor.set_viewport_size(SIZE)
        shown.until(lambda: shown.page.evaluate("innerWidth") == SIZE["width"], "and as it was again")


@pytest.mark.parametrize("path", ["charts.html", "tables.html"])
def test_return_to_unchanged_page_that_loads_again(browser: Browser, path: str) -> None:
    with rig(browser, sites.SB_ADMIN) as shown:
        shown.open(path)
        shown.settle()
        shown.open("blank.html")
        shown.settle()
        uploaded = shown.uploaded_bytes
        frames = sent_by(shown, lambda: go_back(shown))
        assert "HISTORY" in names(frames), shown.operations().rpartition("PAGE_ENTER")[2][:3000]  # what is new in it
        assert "SNAPSHOT" not in names(frames)
        assert payload_bytes(frames) < MOST_BYTES
        assert shown.uploaded_bytes == uploaded
        shown.until(Invariant(shown))


def test_return_to_page_that_survived(keeping_browser: Browser) -> None:
    with rig(keeping_browser, sites.SB_ADMIN) as shown:
        shown.open("charts.html")
        shown.settle()
        shown.visitor.evaluate("window.survived = true; document.querySelector('h1').textContent = 'Changed by hand'")
        shown.settle()
        shown.open("blank.html")
        shown.settle()
        frames = sent_by(shown, lambda: go_back(shown))
        assert shown.visitor.evaluate("window.survived") is True
        assert {"HISTORY"} <= names(frames) <= {"HISTORY", "PAGE_LEAVE"}
        assert payload_bytes(frames) < MOST_BYTES
        assert shown.page.inner_text("h1") == "Changed by hand"
        more = sent_by(shown, lambda: shown.visitor.evaluate("document.querySelector('h1').textContent = 'And again'"))
        assert names(more) == {"OPERATIONS"}
        assert shown.page.inner_text("h1") == "And again"


def test_return_to_page_whose_scripts_leave_no_time_to_compare_it(browser: Browser, tmp_path: Path) -> None:
    busy = "setTimeout(() => { const until = performance.now() + 2000; while (performance.now() < until); }, 100)"
    (tmp_path / "one.html").write_text(
        f"<!doctype html><title>One</title><p>One</p><script>onload = () => {busy}</script>"
    )
    (tmp_path / "two.html").write_text("<!doctype html><title>Two</title><p>Two</p>")
    with rig(browser, tmp_path) as shown:
        for path in ("one.html", "two.html"):
            shown.open(path)
            shown.settle()
        before = len(shown.frames)
        go_back(shown)
        assert "HISTORY" in names(shown.frames[before:])


def test_return_to_page_that_never_came_to_rest(browser: Browser, tmp_path: Path) -> None:
    """As it was sent first: the visitor was at it at once."""
    change = "if (sessionStorage['alongside:seq'] > 1 && !localStorage.left) document.body.title = Date.now()"
    (tmp_path / "one.html").write_text(
        f"<!doctype html><title>One</title><p>One</p><script>setInterval(() => {{ {change} }}, 200)</script>"
    )
    (tmp_path / "two.html").write_text("<!doctype html><title>Two</title><p>Two</p>")
    with rig(browser, tmp_path) as shown:
        shown.open("one.html")
        shown.until_sent('"title"')
        shown.visitor.evaluate("localStorage.left = 1")
        shown.open("two.html")
        shown.settle()
        before = len(shown.frames)
        go_back(shown)
        assert "HISTORY" in names(shown.frames[before:])


def test_return_to_page_that_changed_meanwhile(browser: Browser, tmp_path: Path) -> None:
    count = "said.textContent = localStorage.visits = 1 + +(localStorage.visits || 0)"
    page = f"<!doctype html><title>One</title><p id=said></p><script>{count}</script>"
    (tmp_path / "one.html").write_text(page)
    (tmp_path / "two.html").write_text("<!doctype html><title>Two</title><p>Two</p>")
    with rig(browser, tmp_path) as shown:
        for path in ("one.html", "two.html"):
            shown.open(path)
            shown.settle()
        frames = sent_by(shown, lambda: go_back(shown))
        assert "SNAPSHOT" in names(frames)
        assert "HISTORY" not in names(frames)
        assert shown.page.inner_text("#said") == "2"


def test_scroll_and_values_come_back_with_the_page(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(
        "<!doctype html><title>One</title><div style='height:3000px'>Tall</div><input id=free value=a autocomplete=on>"
    )
    (tmp_path / "two.html").write_text("<!doctype html><title>Two</title><p>Two</p>")
    with rig(browser, tmp_path, masking={"allow": ["#free"]}) as shown:
        shown.open("one.html")
        shown.visitor.fill("#free", "typed")
        shown.visitor.evaluate("scrollTo(0, 700)")
        shown.settle()
        assert shown.page.input_value("#free") == "typed"
        assert shown.page.evaluate("document.scrollingElement.scrollTop") == 700
        shown.open("two.html")
        shown.settle()
        frames = sent_by(shown, lambda: go_back(shown))
        assert "SNAPSHOT" not in names(frames)
        shown.until(
            lambda: shown.page.evaluate("document.scrollingElement.scrollTop") == shown.visitor.evaluate("scrollY")
        )
        assert shown.page.input_value("#free") == shown.visitor.input_value("#free")


def test_history_navigation_that_changes_the_path_is_a_page(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "app.html").write_text("<!doctype html><title>App</title><main>First</main>")
    with rig(browser, tmp_path) as shown:
        shown.open("app.html")
        shown.settle()
        go = "history.pushState({}, '', '/second'); document.querySelector('main').textContent = 'Second'"
        frames = sent_by(shown, lambda: shown.visitor.evaluate(go))
        assert {"PAGE_LEAVE", "PAGE_ENTER", "SNAPSHOT"} <= names(frames)
        assert shown.page.inner_text("main") == "Second"
        back = (
            "addEventListener('popstate', () => document.querySelector('main').textContent = 'First'); history.back()"
        )
        frames = sent_by(shown, lambda: shown.visitor.evaluate(back))
        assert "HISTORY" in names(frames)
        assert "SNAPSHOT" not in names(frames)
        assert shown.page.inner_text("main") == "First"


def test_fragment_navigation_is_no_page(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "app.html").write_text("<!doctype html><title>App</title><p id=there>There</p>")
    with rig(browser, tmp_path) as shown:
        shown.open("app.html")
        shown.settle()
        assert "PAGE_ENTER" not in names(sent_by(shown, lambda: shown.visitor.evaluate("location.hash = 'there'")))


@pytest.mark.parametrize("go", ["history.pushState(0, '', '/second.html')", "history.back()"])
def test_application_that_draws_after_it_has_gone_on_is_sent_as_it_draws(
    browser: Browser, tmp_path: Path, go: str
) -> None:
    """The page before is not said again under the name of the new one."""
    (tmp_path / "first.html").write_text("<!doctype html><main>What was there before</main>")
    with rig(browser, tmp_path, masking={"allow": ["main"]}) as shown:
        shown.open("first.html")
        shown.settle()
        if go == "history.back()":  # to a name under which nothing was sent
            shown.visitor.evaluate(
                "history.replaceState(0, '', '/unknown.html'); history.pushState(0, '', '/first.html')"
            )
            shown.settle()
        draw = "setTimeout(() => (document.querySelector('main').textContent = 'What has been drawn'), 5)"
        frames = sent_by(shown, lambda: shown.visitor.evaluate(f"{go}; {draw}"))
        said = shown.operations().rpartition("PAGE_ENTER")[2]
        assert "PAGE_ENTER" in names(frames)
        assert "What has been drawn" in said
        assert "What was there before" not in said
        assert '"mutation"' not in said
