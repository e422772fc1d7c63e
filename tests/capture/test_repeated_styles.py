"""What many components bring alike costs a page once."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.capture.rig import rig

COMPONENTS = 200
PAGE = """<!doctype html><title>C</title><script>
  const { replaceSync } = CSSStyleSheet.prototype;
  var parsed = 0;
  CSSStyleSheet.prototype.replaceSync = function (text) { parsed++; return replaceSync.call(this, text); };
  customElements.define("x-row", class extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).innerHTML = "<style>p { color: red }</style><p>row</p>";
    }
  });
</script>"""


def test_style_text_of_many_components_is_parsed_once(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE + "<x-row></x-row>" * COMPONENTS)
    with rig(browser, tmp_path) as shown:
        shown.open("page.html")
        shown.until_sent('"checkpoint"')
        assert shown.operations().count("color: red") >= 1
        assert shown.visitor.evaluate("parsed") == 1
