"""Moments in which nothing of the page may be read: while a link carries a ticket, and while the visitor has paused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig

OWN = "https://shop.example/next?page=2#part"
# What the loader hands over for tickets (web/protocol/seam.ts).
HAND_OVER = {
    "key": "ab" * 32,
    "origins": ["https://*.example"],
    "session": "00000000-0000-4000-8000-000000000001",
    "token": "canary-channel-token",
    "clockOffsetMs": 0,
}
PAGE = f"""<!doctype html><title>Moments</title><a id=link href="{OWN}">On to the shop</a>
<canvas id=drawing width=40 height=40></canvas>
<script>
  var [reads, ticks, pauses] = [0, 0, false];
  const toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (done, ...options) {{
    reads++;
    const given = (blob) => {{ if (pauses) {{ pauses = false; reads = 0; testCapture.pause(); }} done(blob); }};
    toBlob.call(this, given, ...options);
  }};
  setInterval(() => {{
    ticks++;
    const context = drawing.getContext("2d");
    context.fillStyle = `hsl(${{ticks * 40}} 80% 50%)`;
    context.fillRect(0, 0, 40, 40);
  }}, 250);
</script>"""
CLICK_TWICE = """given => {
  testHost.handOver = given;
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
    with rig(browser, folder) as made:
        made.open("page.html")
        made.until_sent('["canvas"')
        yield made


def test_second_click_while_a_link_carries_a_ticket_leaves_none_in_the_page(shown: Rig) -> None:
    first, second, left = shown.visitor.evaluate(CLICK_TWICE, HAND_OVER)
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
