"""A page that is drawn on a canvas becomes a page of boxes and text by the tenant's mapping (M8)."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig

MAPPING = {
    "version": 1,
    "rules": [
        {"match": {"tag": "screen"}, "element": "main", "text": ""},
        {"match": {"tag": "button"}, "element": "button", "style": {"background": "{{colour|teal}}"}},
        {"match": {"tag": "field"}, "element": "input", "text": "{{value}}"},
    ],
}
PAGE = """<!doctype html><title>Bay</title><canvas width=400 height=300></canvas>
<script>
  window.scene = (count, value) => ({ tag: "screen", rect: [0, 0, 400, 300], children: [
    { tag: "label", text: `${count} loaded`, rect: [10, 10, 200, 20] },
    { tag: "field", attributes: { name: "driver", value }, rect: [10, 40, 200, 30] },
    { tag: "button", attributes: { colour: "navy" }, text: "Load", rect: [10, 80, 80, 30] },
  ] });
</script>"""
# Dots of 1 × 1, a red and a blue one.
DOT = base64.b64decode("R0lGODlhAQABAIAAAP8AAP///ywAAAAAAQABAAACAkQBADs=")
OTHER_DOT = DOT.replace(b"\xff\x00\x00", b"\x00\x00\xff")


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    (tmp_path / "bay.html").write_text(PAGE)
    (tmp_path / "plain.html").write_text("<!doctype html><title>Plain</title><h1>Plain page</h1>")
    with rig(browser, tmp_path, mappings={"bay": MAPPING}) as made:
        made.open("bay.html")
        hand_over(made, "canary-driver")
        made.settle()
        yield made


def hand_over(shown: Rig, value: str) -> None:
    shown.visitor.evaluate("v => testCapture.nativePage({ pageId: 'bay', title: 'Bay', root: scene(1, v) })", value)


def last_kind(shown: Rig) -> str:
    return next(report["kind"] for report in reversed(shown.reports) if report["type"] == "applied")


def test_boxes_stand_where_they_were_drawn(shown: Rig) -> None:
    assert last_kind(shown) == "native"
    box = shown.page.evaluate(
        "(({x, y, width, height}) => [x, y, width, height])(document.querySelector('button').getBoundingClientRect())"
    )
    assert box == [10, 80, 80, 30]
    assert shown.page.evaluate("getComputedStyle(document.querySelector('button')).backgroundColor") == "rgb(0, 0, 128)"
    assert "1 loaded" in shown.page.inner_text("main")


def test_update_is_the_difference_only(shown: Rig) -> None:
    before = len(shown.frames)
    shown.visitor.evaluate("testCapture.nativeUpdate({ pageId: 'bay', root: scene(2, 'canary-driver') })")
    shown.settle()
    assert "2 loaded" in shown.page.inner_text("main")
    assert '"t":' in shown.operations()
    assert sum(len(frame) for frame in shown.frames[before:]) < 200


def test_what_is_entered_is_masked(shown: Rig) -> None:
    assert shown.page.input_value("input") == "•" * len("canary-driver")
    assert "canary" not in shown.operations()


def test_html_follows_and_the_native_page_comes_back(shown: Rig) -> None:
    shown.open("plain.html")
    shown.settle()
    assert shown.page.inner_text("h1") == "Plain page"
    assert last_kind(shown) == "html"
    before = len(shown.frames)
    shown.visitor.evaluate("setTimeout(() => history.back(), 0)")
    shown.until(lambda: "HISTORY" in {Rig.kind_of(frame) for frame in shown.frames[before:]}, "the history event")
    shown.settle()
    assert "SNAPSHOT" not in {Rig.kind_of(frame) for frame in shown.frames[before:]}
    assert last_kind(shown) == "native"


def show_icon(shown: Rig, image: bytes) -> str:
    """The digest of the image."""
    sha256 = hashlib.sha256(image).hexdigest()
    shown.visitor.evaluate(
        """([image, url]) => {
          const root = { ...scene(1, "x"), children: [{ tag: "icon", rect: [0, 0, 8, 8], image }] };
          testCapture.nativeUpdate({ version: 1, pageId: "bay", root, images: { [image]: url } });
        }""",
        [sha256, f"data:image/gif;base64,{base64.b64encode(image).decode()}"],
    )
    return sha256


def test_image_is_uploaded_once_and_shown(shown: Rig) -> None:
    sha256 = show_icon(shown, DOT)
    width = "document.querySelector('img')?.naturalWidth"
    shown.until(lambda: shown.page.evaluate(width) == 1, "the image")
    assert shown.store[sha256] == ("image/gif", DOT)


def test_image_that_was_only_there_during_a_pause_never_leaves(shown: Rig) -> None:
    shown.visitor.evaluate("testCapture.pause()")
    hidden, seen = show_icon(shown, OTHER_DOT), show_icon(shown, DOT)
    shown.visitor.evaluate("testCapture.resume()")
    shown.until(lambda: seen in shown.store, "the image of what is seen after it")
    assert hidden not in shown.store


def test_clicks_on_it_are_told(shown: Rig) -> None:
    shown.visitor.mouse.click(50, 95)
    shown.until(lambda: '"click"' in shown.operations(), "the click")


def test_page_that_is_no_tree_is_refused_and_the_last_one_stays(shown: Rig) -> None:
    for update, says in (("root: { tag: 1 }", "tag"), ("version: 2, root: scene(1, '')", "version")):
        call = f"testCapture.nativeUpdate({{ pageId: 'bay', {update} }})"
        refused = shown.visitor.evaluate(f"(() => {{ try {{ {call} }} catch (error) {{ return error.message }} }})()")
        assert says in refused
    assert "1 loaded" in shown.page.inner_text("main")
