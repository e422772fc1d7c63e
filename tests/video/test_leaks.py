"""A browser that can't be used leaves no process, no folder and no descriptor behind."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recordings.video.cdp import Browser, CommandRefused
from recordings.video.launch import FLAGS, open_browser
from recordings.video.shell import StageShell
from tests.video.stage import shell_path


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, list[Path]]]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return lambda: (len(os.listdir("/proc/self/fd")), sorted(tmp_path.iterdir()))


def test_browser_that_does_not_start_leaves_nothing(left: Callable[[], object]) -> None:
    before = left()
    with pytest.raises(FileNotFoundError):
        Browser("/nowhere/shell", flags=FLAGS)
    assert left() == before


def test_stage_that_does_not_open_leaves_no_browser(left: Callable[[], object]) -> None:
    before = left()
    browser = open_browser(shell_path())
    with pytest.raises(CommandRefused):
        StageShell(browser, script=b"", find_asset=lambda _digest: None, width=10**12, height=1)
    assert not Path("/proc", str(browser.pid)).exists()
    assert left() == before
