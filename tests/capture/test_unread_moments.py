"""Moments in which nothing of the page may be read: while a link carries a ticket, and while the visitor has paused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameKind, decode_frame
from tests.capture.rig import Rig, rig

OWN = "https://shop.example/next?page=2#part"
PAGE = f"""<!doctype html><title>Moments</title><a id=link href="{OWN}">On to the shop</a>
<canvas id=drawing width=40 height=40></canvas>
<script>
  var [reads, ticks, pauses, covers, covered] = [0, 0, false, false, ""];
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const digest = async (blob) => hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  const toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (done, ...options) {{
    reads++;
    const given = (blob) => {{
      if (pauses) {{ pauses = false; reads = 0; testCapture.pause(); }}
      if (covers) {{
        covers = false;
        drawing.className = "private";
        digest(blob).then((hash) => {{ covered = hash; }});
      }}
      done(blob);
    }};
    toBlob.call(this, given, ...options);
  }};
  setInterval(() => {{
    ticks++;
    const context = drawing.getContext("2d");
    context.fillStyle = `hsl(${{ticks * 40}} 80% 50%)`;
    context.fillRect(0, 0, 40, 40);
  }}, 250);
</script>"""
CLICK_TWICE = """() => {
  testHost.handOver = { isNamed: (origin) => origin === "https://shop.example", ticket: () => "ticket" };
  addEventListener("click", (event) => event.preventDefault()); // behind what lends the ticket: nothing is followed
  link.click();
  const first = link.hash;
  link.click();
  const lent = [first, link.hash];
  return new Promise((done) => setTimeout(() => setTimeout(() => done([...lent, link.getAttribute("href")]))));
}"""
# Pictures are looked for each 500 ms; the page counts to 250 ms.
SOME_PICTURES_LATER = "before => ticks >= before + 6"


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "page.html").write_text(PAGE)
    with rig(browser, folder, masking={"mask": [".private"]}) as made:
        made.open("page.html")
        made.until_sent('["canvas"')
        yield made


def test_second_click_while_a_link_carries_a_ticket_leaves_none_in_the_page(shown: Rig) -> None:
    first, second, left = shown.visitor.evaluate(CLICK_TWICE)
    assert first.startswith("#part&alongside-session=")
    assert second.startswith("#part&alongside-session=")
    assert second.count("alongside-session") == 1
    assert left == OWN
    shown.visitor.evaluate("link.title = 'clicked twice'")
    shown.until_sent('"clicked twice"')
    assert "alongside-session" not in shown.operations()


def test_canvas_is_neither_read_nor_uploaded_while_the_visitor_has_paused(shown: Rig) -> None:
    """Not even the picture that was on its way when the visitor did."""
    shown.visitor.evaluate("pauses = true")
    shown.visitor.wait_for_function("!pauses")
    uploaded, offered = len(shown.store), shown.offered
    shown.visitor.wait_for_function(SOME_PICTURES_LATER, arg=shown.visitor.evaluate("ticks"))
    assert shown.visitor.evaluate("reads") == 0
    assert (len(shown.store), shown.offered) == (uploaded, offered)
    shown.visitor.evaluate("testCapture.resume()")
    shown.visitor.wait_for_function("reads > 0")
    shown.until(lambda: shown.offered > offered)


def test_picture_of_a_canvas_that_is_covered_while_it_is_taken_never_leaves(shown: Rig) -> None:
    shown.visitor.evaluate("covers = true")
    shown.visitor.wait_for_function("covered")
    shown.visitor.wait_for_function(SOME_PICTURES_LATER, arg=shown.visitor.evaluate("ticks"))
    assert shown.store
    assert shown.visitor.evaluate("covered") not in shown.store


def test_route_that_was_taken_during_a_pause_is_a_page_of_its_own(browser: Browser, tmp_path: Path) -> None:
    """Of the page before nothing is told any more; also in a browser that tells of no routes."""
    (tmp_path / "one.html").write_text("<!doctype html><title>One</title><h1>One</h1>")
    with rig(browser, tmp_path) as shown:
        shown.visitor.add_init_script("delete Window.prototype.navigation; delete window.navigation")
        shown.open("one.html")
        shown.settle()
        before = len(shown.frames)
        route = "history.pushState({}, '', '/two'); document.querySelector('h1').textContent = 'Two'"
        shown.visitor.evaluate(f"testCapture.pause(); {route}; testCapture.resume()")
        shown.until(lambda: shown.page.inner_text("h1") == "Two", "the page after the pause")
        told = [(frame.page & 0xFFFF, frame.kind) for frame in map(decode_frame, shown.frames[before:])]
        assert told[:4] == [
            (1, FrameKind.PAUSE),
            (1, FrameKind.RESUME),
            (2, FrameKind.PAGE_ENTER),
            (2, FrameKind.SNAPSHOT),
        ]
        assert {page for page, _kind in told[4:]} <= {2}
