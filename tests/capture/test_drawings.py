"""What WebGL draws is looked at as it is drawn, and its functions are the page's own before and afterwards."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.capture.rig import rig

PAGE = """<!doctype html><title>Drawn</title><canvas id=one width=60 height=40></canvas>
<script>
  window.kinds = [WebGLRenderingContext, WebGL2RenderingContext];
  const draws = ["clear", "drawArrays", "drawElements"];
  const all = () => kinds.flatMap(({ prototype }) => draws.map((draw) => prototype[draw]));
  const [before, told] = [all(), ({ name, length, ...own }) => [name, length, own]];
  window.isWatched = () => all().every((draw, at) => draw !== before[at]);
  window.isAsBefore = () => all().every((draw, at) => draw === before[at]);
  window.looksAsBefore = () => all().every((draw, at) =>
    /\\[native code\\]/.test(draw) && JSON.stringify(told(draw)) === JSON.stringify(told(before[at])));
  window.throws = () => { try { kinds[0].prototype.clear.call({}, 0); } catch (error) { return error.name; } };
</script>"""


def test_drawing_functions_seem_as_they_were_and_are_so_afterwards(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(PAGE)
    with rig(browser, tmp_path) as shown:
        shown.open("one.html")
        shown.until(lambda: shown.visitor.evaluate("isWatched()"), "a canvas on which nothing is seen")
        assert shown.visitor.evaluate("looksAsBefore()")
        assert shown.visitor.evaluate("throws()") == "TypeError"
        shown.visitor.evaluate("testCapture.stop()")
        assert shown.visitor.evaluate("isAsBefore()")


def test_function_that_the_page_has_replaced_meanwhile_stays(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(PAGE)
    with rig(browser, tmp_path) as shown:
        shown.open("one.html")
        shown.until(lambda: shown.visitor.evaluate("isWatched()"), "a canvas on which nothing is seen")
        shown.visitor.evaluate("kinds[0].prototype.clear = window.own = function clear() {}")
        shown.visitor.evaluate("testCapture.stop()")
        assert shown.visitor.evaluate("kinds[0].prototype.clear === own")


def test_what_is_masked_is_not_looked_at_as_it_is_drawn(browser: Browser, tmp_path: Path) -> None:
    second = "<canvas id=two width=60 height=40></canvas>"
    (tmp_path / "one.html").write_text(PAGE.replace("<script>", second + "<script>", 1))
    with rig(browser, tmp_path, masking={"block": ["#one"]}) as shown:
        shown.open("one.html")
        shown.until(lambda: shown.visitor.evaluate("isWatched()"), "a canvas on which nothing is seen")
        shown.settle()  # the empty picture
        before = len(shown.store)
        for name, colour in (("one", "1, 0, 0"), ("two", "0, 1, 0")):
            shown.visitor.evaluate(
                f"const gl = {name}.getContext('webgl'); gl.clearColor({colour}, 1); gl.clear(gl.COLOR_BUFFER_BIT)"
            )
        shown.until(lambda: len(shown.store) > before, "the picture of the other")
        shown.settle()
        assert len(shown.store) == before + 1
