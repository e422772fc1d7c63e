"""The browser's own time for one picture, on one core, of a page that changes between two of them."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from assist.channel.protocol import decode_frame
from helpdesk.embedded.browser import headless_shell_path
from recordings.video.launch import open_browser
from recordings.video.segment_files import STAGE_SCRIPT
from recordings.video.shell import StageShell
from tests.capture.rig import SIZE
from tests.video.recorded import Recorded, hello

PICTURES = 40
CHANGE = "document.body.style.outline = '{}px solid #123'"


def picture_ms(recorded: Recorded, *, core: int) -> float:
    """Median from the request for a frame with a picture to its arrival, of the page in the middle of the session."""
    middle_ms = (recorded.started_ms + recorded.ended_ms) / 2
    with on_core(core), _shell(recorded) as shell:
        shell.seek(middle_ms)
        shell.start_clock(middle_ms)
        return median(_one(shell, middle_ms + 33 * number, number) for number in range(1, PICTURES + 1))


def _one(shell: StageShell, at_ms: float, number: int) -> float:
    shell.evaluate(CHANGE.format(number % 5 + 1))
    shell.wind(at_ms)
    began = time.perf_counter()
    shell.picture()
    return (time.perf_counter() - began) * 1000


@contextmanager
def _shell(recorded: Recorded) -> Iterator[StageShell]:
    browser = open_browser(str(headless_shell_path()))
    script, (width, height) = STAGE_SCRIPT.read_bytes(), (SIZE["width"], SIZE["height"])
    with StageShell(browser, script=script, find_asset=recorded.assets.get, width=width, height=height) as shell:
        shell.load((decode_frame(frame).time, frame) for frame in [hello(recorded, 0), *recorded.frames])
        shell.set_size(width=width, height=height)
        yield shell


@contextmanager
def on_core(core: int) -> Iterator[None]:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
