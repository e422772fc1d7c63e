"""The agent's focus stays where it is, whatever the visitor's page does with its own."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.capture.rig import rig

PAGE = "<!doctype html><title>Page</title><dialog id=dialog><input autofocus><button>Close</button></dialog><input>"


def test_dialog_of_the_visitor_leaves_the_focus_at_the_agent(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.until(lambda: shown.page.query_selector("dialog"))
        shown.console.evaluate(
            "document.body.append(document.createElement('input')); document.querySelector('input').focus()"
        )
        shown.visitor.evaluate("dialog.showModal()")
        shown.until(lambda: shown.page.evaluate("document.querySelector('dialog').matches(':modal')"))
        assert shown.console.evaluate("document.activeElement.localName") == "input"
