"""The overlay that marks what is hidden is for the visitor alone."""

import subprocess
from pathlib import Path

from playwright.sync_api import Browser

from tests.capture import sites
from tests.capture.rig import rig

PAGE = """<!doctype html><title>P</title><p id=line>+86 138 0013 8000</p><input id=field value=canary>
<canvas id=drawn width=80 height=40></canvas><iframe srcdoc="<p id=inner style='margin:20px'>13800138000</p>"></iframe>
<dialog id=asks><p id=asked>13900139000</p></dialog>"""
LAYER = "document.querySelector('[data-testid=assist-hidden]')"
OVER = """id => {
  const near = (a, b) => Math.abs(a - b) < 1.5;
  const frame = document.querySelector("iframe");
  const inner = frame.contentDocument.getElementById(id);
  const {left, top} = inner ? frame.getBoundingClientRect() : {left: 0, top: 0};
  const [x, y] = inner ? [left + frame.clientLeft, top + frame.clientTop] : [0, 0];
  const range = document.createRange();
  range.selectNodeContents((inner ?? document.getElementById(id)).firstChild);
  const wanted = range.getBoundingClientRect();
  const boxes = [...document.querySelector("[data-testid=assist-hidden]").shadowRoot.querySelectorAll("i")];
  return boxes.map((box) => box.getBoundingClientRect()).some((box) => {
    const lies = near(box.left, wanted.left + x) && near(box.top, wanted.top + y);
    return lies && wanted.width > 0 && near(box.width, wanted.width);
  });
}"""


# What the loader has of it.
SHOW = """() => {
  window.overlay = new assistOverlay.Overlay(testHost.ownElement, () => testCapture.hidden());
  overlay.show(true, "zh-Hans");
}"""

ROWS = 1000
MEASURED = """() => {
  window.measured = new Set();
  const { getClientRects } = Range.prototype;
  Range.prototype.getClientRects = function () { measured.add(this.startContainer); return getClientRects.call(this); };
}"""


def bundled(folder: Path) -> Path:
    out = folder / "overlay.js"
    esbuild = sites.ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--format=iife", "--global-name=assistOverlay", "--log-level=warning", f"--outfile={out}"]
    subprocess.run([esbuild, "web/loader/overlay.ts", *options], check=True, cwd=sites.ROOT)
    return out


def test_overlay_lies_over_frames_and_dialogs_and_is_never_captured(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    with rig(browser, tmp_path, masking={"data": ["phone"], "mask": ["canvas"]}) as shown:
        shown.open("page.html")
        shown.until(lambda: '"snapshot"' in shown.operations())
        shown.visitor.add_script_tag(path=bundled(tmp_path))
        shown.visitor.evaluate(SHOW)
        for name in ("line", "inner"):
            shown.visitor.wait_for_function(OVER, arg=name)
        shown.visitor.evaluate("asks.showModal()")
        shown.visitor.wait_for_function(OVER, arg="asked")
        shown.visitor.wait_for_function(f"{LAYER}.matches(':popover-open')")
        assert "圆点" in shown.visitor.evaluate(f"{LAYER}.shadowRoot.querySelector('p').textContent")
        shown.visitor.evaluate("testCapture.resync(); line.title = 'last'")
        shown.until(lambda: '"last"' in shown.operations())
        assert "圆点" not in shown.operations()
        assert shown.page.query_selector("alongside-assist, [popover]") is None
        shown.visitor.evaluate("overlay.show(false)")
        assert shown.visitor.evaluate(f"{LAYER} === null")


def test_film_under_a_mask_is_marked_as_left_out(browser: Browser, tmp_path: Path) -> None:
    films = "<video id=hidden class=private></video><video id=seen></video>"
    (tmp_path / "page.html").write_text(f"<!doctype html><title>F</title>{films}")
    with rig(browser, tmp_path, masking={"mask": [".private"]}) as shown:
        shown.open("page.html")
        shown.until_sent('"snapshot"')
        assert shown.visitor.evaluate(
            "[...testCapture.hidden()].flatMap((h) => (h ? [[h.element.id, h.text]] : []))"
        ) == [["hidden", None]]


def test_overlay_measures_only_what_may_be_on_the_screen(browser: Browser, tmp_path: Path) -> None:
    rows = "".join(f"<p style='height:40px'>row {n}</p>" for n in range(ROWS))
    (tmp_path / "page.html").write_text(f"<!doctype html><title>R</title>{rows}")
    with rig(browser, tmp_path, masking={"mask": ["p"]}) as shown:
        shown.open("page.html")
        shown.until_sent('"snapshot"')
        shown.visitor.add_script_tag(path=bundled(tmp_path))
        shown.visitor.evaluate(MEASURED)
        shown.visitor.evaluate(SHOW)
        shown.visitor.wait_for_function(f"{LAYER}.shadowRoot.querySelector('i')")
        shown.visitor.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
        shown.visitor.wait_for_function("[...measured].some(({ data }) => data === 'row 500')")
        assert shown.visitor.evaluate("measured.size") < ROWS / 5
