"""When what happens is sent: the first change after quiet at once, what follows in batches, a pointer with others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameKind
from tests.capture.rig import Rig, rig

# Timers run in the order in which they are due, however late: a change that waited for a batch comes behind 20 ms.
SENT_AT_ONCE = """async () => {
  const before = testSent;
  document.body.append("news");
  await new Promise((resolve) => setTimeout(resolve, 20));
  return testSent - before;
}"""
# The change comes before what waits is due, by the order of the timers.
MOVED_AND_CHANGED = """async () => {
  const before = testSent;
  document.body.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: 9, clientY: 9 }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const alone = testSent - before;
  document.body.append("moved");
  return alone;
}"""
BUSY_MS = 600
BATCH_MS = 40
BUSY = """async (ms) => {
  const began = performance.now();
  while (performance.now() - began < ms) {
    document.body.append(".");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return performance.now() - began;
}"""


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("site")
    count = "const send = testFrame; testSent = 0; testFrame = (frame) => { testSent++; send(frame); }"
    (folder / "page.html").write_text(f"<!doctype html><title>R</title><body>start<script>{count}</script>")
    with rig(browser, folder) as made:
        made.open("page.html")
        made.until(lambda: "SNAPSHOT" in made.kinds())
        yield made


def rest(shown: Rig) -> None:
    """A flush that a busy machine made long puts the next one off by 2 s at most."""
    shown.settle()
    shown.visitor.wait_for_timeout(2000)


def test_first_change_after_quiet_goes_out_at_once(shown: Rig) -> None:
    rest(shown)
    assert shown.visitor.evaluate(SENT_AT_ONCE) == 1


def test_pointer_waits_for_a_change_that_goes_out_at_once(shown: Rig) -> None:
    rest(shown)
    before = shown.operations().count('["pointer"')
    assert shown.visitor.evaluate(MOVED_AND_CHANGED) == 0
    shown.until(lambda: "moved" in shown.operations(), "the change")
    assert shown.operations().count('["pointer"') == before + 1


def test_changes_that_follow_one_another_go_out_in_batches(shown: Rig) -> None:
    rest(shown)
    before = len(shown.frames)
    took = shown.visitor.evaluate(BUSY, BUSY_MS)
    shown.settle()
    sent = [frame for frame in shown.frames[before:] if frame[0] == FrameKind.OPERATIONS]
    # The first, one for each batch that was begun, and the name of the state that the page came to rest in.
    assert 2 <= len(sent) <= took / BATCH_MS + 3
