"""Pages that are made to cost: bounded memory and time, nothing asked of anybody, and the next job is unharmed."""

import json
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recordings.video import cdp
from recordings.video.cdp import BrowserFailed
from recordings.video.launch import open_browser
from recordings.video.plan import Canvas
from recordings.video.render import Stretch, render_stretch
from recordings.video.shell import StageShell
from tests.capture.hostile import VIEWPORT, deep_snapshot, frames_of
from tests.capture.sites import DIST
from tests.video.stage import open_stage, page, shell_path
from tests.video.test_hostile_page import AT_MS
from tests.video.test_render import block

SECONDS, LENGTH_MS = 60, 500
LIAR, HUGE = "a" * 64, "b" * 64


def huge_png(side: int) -> bytes:
    """Grey, side × side pixels; a few KB where a picture of it takes 4 × side² bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(bytes(side + 1)) for _ in range(side)) + rows.flush()
    head = struct.pack("!IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def element(name: str, attributes: dict[str, str], children: list[Any]) -> list[Any]:
    return [1, name, attributes, children]


def document(*body: list[Any], style: str = "") -> list[Any]:
    sheet = element("style", {}, [style])
    return [9, [element("html", {}, [element("head", {}, [sheet]), element("body", {}, list(body))])]]


def costly() -> tuple[list[bytes], dict[str, tuple[str, bytes]]]:
    pictures = [element("img", {"src": f"http://x/{name}.png"}, []) for name in ("liar", "huge")]
    style = "@keyframes x{to{filter:blur(90px);transform:scale(9)}} *{animation:x 9ms infinite} img{width:100%}"
    assets = ["assets", 1, {"http://x/liar.png": LIAR, "http://x/huge.png": HUGE}]
    frames = frames_of(["snapshot", 0, document(*pictures, style=style), {}, VIEWPORT], assets)
    script = b"<script>parent.hit=1</script><svg xmlns='http://www.w3.org/2000/svg' onload='parent.hit=1'/>"
    return frames, {LIAR: ("image/png", script), HUGE: ("image/png", huge_png(12_000))}


def many_nodes(count: int) -> list[bytes]:
    """In frames no larger than the channel takes."""
    tree = json.dumps(["snapshot", 0, document(*[element("b", {}, [])] * count), {}, VIEWPORT])
    return frames_of(tree)


def render_hostile(frames: list[bytes], assets: dict[str, tuple[str, bytes]], path: Path) -> tuple[str, list[str]]:
    """How it ended (empty: with a video), and what it asked for that nobody has."""
    browser = open_browser(shell_path())
    browser.allow_seconds(SECONDS)
    script = (DIST / "stage.js").read_bytes()
    with StageShell(browser, script=script, find_asset=assets.get, width=800, height=600) as shell:
        try:
            shell.load([(AT_MS, frame) for frame in frames])
            render_stretch(shell, Stretch(0, LENGTH_MS, AT_MS, Canvas(800, 600, 1.0)), path)
            assert shell.evaluate("window.hit ?? null") is None
        except BrowserFailed as failure:
            return str(failure), shell.refused
        return "", shell.refused


@pytest.fixture
def most_bytes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Private memory of the browser whenever somebody looked."""
    seen, real = [0], cdp.group_memory_bytes
    monkeypatch.setattr(cdp, "MEMORY_CHECK_SECONDS", 0.1)
    monkeypatch.setattr(cdp, "group_memory_bytes", lambda group: seen.append(real(group)) or seen[-1])
    return seen


def check_bounded(
    frames: list[bytes], assets: dict[str, tuple[str, bytes]], folder: Path, most_bytes: list[int]
) -> tuple[str, float]:
    began = time.monotonic()
    ended, refused = render_hostile(frames, assets, folder / "hostile.mp4")
    seconds = time.monotonic() - began
    assert seconds < SECONDS + 30  # the time it had, and one look at the memory on a busy machine
    assert max(most_bytes) < cdp.MEMORY_LIMIT_BYTES * 1.25
    assert refused == []
    with open_stage([page(0, block("lime"))]) as shell:
        render_stretch(shell, Stretch(0, 500, 1_700_000_000_000.0, Canvas(320, 240, 1.0)), folder / "next.mp4")
    assert (folder / "next.mp4").stat().st_size > 0
    return ended, seconds


def test_huge_pictures_lying_assets_and_endless_animation_are_bounded(tmp_path: Path, most_bytes: list[int]) -> None:
    check_bounded(*costly(), tmp_path, most_bytes)


MANY = {
    "a million nodes": lambda: many_nodes(1_000_000),
    "as many nodes as a page may have": lambda: many_nodes(199_000),
    "deep nesting": lambda: frames_of(deep_snapshot(100_000)),
    "as deep as a page may be": lambda: frames_of(deep_snapshot(500)),
}


@pytest.mark.long
@pytest.mark.parametrize("name", MANY)
def test_large_and_deep_trees_are_bounded(
    name: str, tmp_path: Path, most_bytes: list[int], record_property: Callable[[str, object], None]
) -> None:
    ended, seconds = check_bounded(MANY[name](), {}, tmp_path, most_bytes)
    record_property("ended", ended or "with a video")
    record_property("seconds", round(seconds, 1))
    record_property("most MB", max(most_bytes) // 1_000_000)
