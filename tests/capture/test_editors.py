"""Editors that draw by themselves what a field gets which nobody sees: whatever comes first into it, and how."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.capture.rig import Rig, rig

PAGE = """<!doctype html><meta charset=utf-8><title>Editors</title>
<style>.editor { position: relative; width: 300px; height: 60px } .unseen { width: 0; height: 0; overflow: hidden }
  .unseen textarea { width: 1px; height: 1em; padding: 0; border: 0 }</style>
<p id=aside>beside</p>
<main><div class=editor id=code><div class=unseen><textarea id=keys></textarea></div><pre id=lines>line</pre></div>
<div class=editor id=board><div style="display:none"><textarea></textarea></div><p id=card>card</p></div>
<div class=editor><p id=context tabindex=0>text</p><p id=drawn>line</p></div></main>
<script>
  const write = (text) => { lines.textContent = text; };
  keys.oninput = () => { write(keys.value); keys.value = ""; };
  code.onpaste = (event) => { event.preventDefault(); write(event.clipboardData.getData("text/plain")); };
  code.ondragover = (event) => event.preventDefault();
  code.ondrop = (event) => { event.preventDefault(); write(event.dataTransfer.getData("text/plain")); };
  board.ondrop = (event) => { card.textContent = event.dataTransfer.getData("text/plain"); };
  context.editContext = new EditContext();
  context.editContext.addEventListener("textupdate", ({ target }) => { drawn.textContent = target.text; });
  context.onpaste = (event) => { drawn.textContent = event.clipboardData.getData("text/plain"); };
  const given = (Kind, name, selector, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const carried = { clipboardData: data, dataTransfer: data, bubbles: true, cancelable: true, composed: true };
    document.querySelector(selector).dispatchEvent(new Kind(name, carried));
  };
</script>"""


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    (tmp_path / "page.html").write_text(PAGE)
    with rig(browser, tmp_path) as made:
        made.open("page.html")
        made.settle()
        yield made


def paste(page: Page, selector: str) -> None:
    page.evaluate("selector => given(ClipboardEvent, 'paste', selector, 'canary-first')", selector)


def drop(page: Page, selector: str) -> None:
    page.evaluate("selector => given(DragEvent, 'drop', selector, 'canary-first')", selector)


def choose_paste(page: Page, selector: str) -> None:
    """As an editor has it for the browser's own menu: the field comes under the pointer."""
    page.evaluate("keys.parentElement.style.overflow = ''; keys.style.cssText = 'width:30px;height:30px;opacity:.05'")
    paste(page, selector)


def insert(page: Page, selector: str) -> None:
    """As a picker of emoji or a dictation does: without a key."""
    page.focus(selector)
    page.keyboard.insert_text("canary-first")


def compose(page: Page, selector: str) -> None:
    page.focus(selector)
    composed = {"text": "canary-first", "selectionStart": 12, "selectionEnd": 12}
    page.context.new_cdp_session(page).send("Input.imeSetComposition", composed)


@pytest.mark.parametrize(
    ("enter", "selector", "drawn"),
    [
        (paste, "#keys", "#lines"),
        (choose_paste, "#keys", "#lines"),
        (paste, "#lines", "#lines"),
        (drop, "#lines", "#lines"),
        (insert, "#keys", "#lines"),
        (compose, "#keys", "#lines"),
        (paste, "#context", "#drawn"),
        (insert, "#context", "#drawn"),
        (compose, "#context", "#drawn"),
    ],
)
def test_what_comes_before_the_first_key_is_hidden(
    shown: Rig, enter: Callable[[Page, str], None], selector: str, drawn: str
) -> None:
    enter(shown.visitor, selector)
    assert shown.visitor.inner_text(drawn) == "canary-first"
    shown.until(lambda: shown.page.inner_text(drawn) == "•" * len("canary-first"))
    assert "canary" not in shown.operations()


def test_what_was_entered_before_the_capture_is_hidden_where_the_focus_is(browser: Browser, tmp_path: Path) -> None:
    """As in a frame, which is read when it has been loaded."""
    (tmp_path / "page.html").write_text("<!doctype html><title>Around</title><iframe src=inner.html></iframe>")
    (tmp_path / "inner.html").write_text(PAGE + "<script>keys.focus(); write('canary-before');</script>")
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.until(lambda: "•" * len("canary-before") in shown.operations())
        assert "canary" not in shown.operations()


def test_what_is_dropped_where_no_field_could_take_it_is_shown(shown: Rig) -> None:
    drop(shown.visitor, "#card")
    shown.until(lambda: shown.page.inner_text("#card") == "canary-first")
    assert shown.page.inner_text("#aside") == "beside"
