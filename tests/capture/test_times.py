"""What happened is sent with the time at which it happened, however late the flush that sends it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameFlag, decode_frame
from tests.capture.rig import Rig, rig

BUSY_MS = 400
# The page's own listeners come behind ours, and keep the page busy, so that the flush comes no sooner than they let go.
PAGE = f"""<!doctype html><title>T</title><body><input id=field><div style="height: 5000px"></div><script>
  const happened = {{}};
  const note = (event) => {{
    happened[event.type] = Date.now();
    while (Date.now() - happened[event.type] < {BUSY_MS});
  }};
  for (const kind of ["scroll", "input"]) addEventListener(kind, note, {{ once: true }});
</script>"""


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "page.html").write_text(PAGE)
    with rig(browser, folder, masking={"unmask": ["#field"]}) as made:
        made.open("page.html")
        made.settle()
        yield made


@pytest.mark.parametrize(
    ("kind", "act"),
    [("scroll", "scrollTo(0, 900)"), ("input", "document.execCommand('insertText', false, 'news')")],
)
def test_operation_has_the_time_of_what_happened(shown: Rig, kind: str, act: str) -> None:
    shown.visitor.evaluate(f"field.focus({{ preventScroll: true }}); {act}")
    shown.until(lambda: operations(shown, kind))
    happened_at = shown.visitor.evaluate("kind => happened[kind]", kind)
    assert operations(shown, kind)[0] - happened_at < BUSY_MS / 2


def operations(shown: Rig, name: str) -> list[float]:
    """When those of this name happened, in ms since 1970 by the visitor's clock."""
    frames = [decode_frame(frame) for frame in shown.frames]
    begun_at = next(frame.time for frame in frames if frame.flags & FrameFlag.STREAM_START)
    lines = [json.loads(line) for line in shown.operations().splitlines() if line.startswith("[")]
    return [begun_at + line[1] for line in lines if line[0] == name]


def test_pointer_that_leaves_right_after_a_click_has_left(shown: Rig) -> None:
    """Within one flush: where it was before the click is one way, where it went is another."""
    shown.visitor.evaluate(
        """() => {
          const at = (target, kind, clientX) =>
            target.dispatchEvent(new MouseEvent(kind, { bubbles: true, composed: true, clientX, clientY: 5 }));
          at(field, "mousemove", 5);
          at(field, "mousedown", 5);
          at(document.body, "mousemove", 300);
        }"""
    )
    shown.until_sent('"mousedown"')
    shown.settle()
    lines = [json.loads(line) for line in shown.operations().splitlines() if line.startswith("[")]
    names = [line[0] for line in lines if line[0] in ("pointer", "click")]
    assert names[-3:] == ["pointer", "click", "pointer"]
