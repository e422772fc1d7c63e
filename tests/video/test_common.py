"""A subtree that the tenant's store has is in the video as if the visitor had sent it."""

import json
from pathlib import Path
from typing import Any

from assist.channel.protocol import SHELF_COUNTER
from assist.pages.subtrees import SUBTREE_TYPE
from recordings.video.launch import open_browser
from recordings.video.shell import StageShell
from tests.capture.hostile import PAGE_ID, VIEWPORT, frames_of
from tests.capture.sites import DIST
from tests.video.stage import shell_path
from tests.video.test_hostile_page import AT_MS

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "subtrees" / "vectors.json").read_text())
TEXT, SHA256 = VECTORS[0]["text"], VECTORS[0]["sha256"]
PAGE = ["snapshot", 1, [9, [[1, "html", {}, [[1, "body", {}, ["Items", 1]]]]]], {}, VIEWPORT, 5]


def picture(on_shelf: Any, assets: dict[str, tuple[str, bytes]]) -> bytes:
    _enter, shelf = frames_of(["shelf", 0, 5, 1, [on_shelf]], page=PAGE_ID | SHELF_COUNTER)
    enter, snapshot = frames_of(PAGE, seq=3)
    script = (DIST / "stage.js").read_bytes()
    with StageShell(open_browser(shell_path()), script=script, find_asset=assets.get, width=320, height=240) as shell:
        shell.load([(AT_MS, frame) for frame in (enter, shelf, snapshot)])
        shell.set_size(width=320, height=240)
        shell.seek(AT_MS + 500_000)
        return shell.picture()


def test_picture_is_the_same_from_the_store() -> None:
    sent = picture(json.loads(TEXT), {})
    assert picture([SHA256], {SHA256: (SUBTREE_TYPE, TEXT.encode())}) == sent
    assert picture([SHA256], {}) != sent
