"""What the video tests share: a shell with the fixture stage, and archives written as a few lines."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assist.channel.protocol import Frame, FrameKind, encode_frame
from helpdesk.embedded.browser import headless_shell_path
from recordings.video.launch import open_browser
from recordings.video.shell import StageShell

EPOCH_MS = 1_700_000_000_000.0
SCRIPT = Path(__file__).with_name("stage_fixture.js").read_bytes()
VIEWPORT = {"width": 320, "height": 240, "dpr": 1}


def shell_path() -> str:
    return str(headless_shell_path())


def entry(at_ms: float, **operation: Any) -> tuple[float, bytes]:
    """A frame of the fixture stage at `at_ms` after the session's start."""
    payload = json.dumps(operation).encode()
    return EPOCH_MS + at_ms, encode_frame(Frame(FrameKind.OPERATIONS, 0, 65537, 1, EPOCH_MS + at_ms, payload))


def page(at_ms: float, html: str, *, number: int = 65537, viewport: dict[str, Any] = VIEWPORT) -> tuple[float, bytes]:
    return entry(at_ms, page=number, title="Page", url="http://site.test/", html=html, viewport=viewport)


def open_stage(
    entries: Iterable[tuple[float, bytes]], *, assets: dict[str, tuple[str, bytes]] | None = None, scale: float = 1.0
) -> StageShell:
    browser = open_browser(shell_path(), scale=scale)
    shell = StageShell(browser, script=SCRIPT, find_asset=(assets or {}).get, width=320, height=240)
    shell.load(entries)
    return shell
