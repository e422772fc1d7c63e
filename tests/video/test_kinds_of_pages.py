"""Several tabs, a phone held upright, many pixels a CSS pixel, a native page: one session, one video."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assist.channel.protocol import TAB_SHIFT, Frame, FrameFlag, FrameKind, decode_frame, encode_frame
from recordings.video.launch import open_browser
from recordings.video.plan import Timeline, read_timeline, server_times
from recordings.video.render import Stretch, render_stretch
from recordings.video.shell import StageShell
from tests.capture.hostile import frames_of
from tests.capture.sites import DIST
from tests.video.stage import shell_path
from tests.video.test_hostile_archive import document, element
from tests.video.test_hostile_page import AT_MS
from tests.video.test_render import assert_colour, frame_at
from tests.video.test_render import frames_of as pictures_of

PHONE = {"width": 200, "height": 400, "dpr": 2, "screen_width": 200, "screen_height": 400, "zoom": 1}
WIDE = {**PHONE, "width": 400, "height": 200}
ONE, TWO = 1 << TAB_SHIFT | 1, 2 << TAB_SHIFT | 1
ENDS_MS = 4000
Entries = list[tuple[float, bytes]]


def visit(at_ms: float, colour: str, *, page: int, kind: str, viewport: dict[str, Any]) -> Entries:
    body = element("div", {"style": f"position:fixed;inset:0;background:{colour}"}, [])
    arrival = {"url": "app://x/", "title": colour, "kind": kind, "viewport": viewport}
    frames = frames_of(["snapshot", 0, document(body), {}, viewport], arrival=arrival, page=page)
    return [(AT_MS + at_ms, encode_frame(decode_frame(data)._replace(time=AT_MS + at_ms))) for data in frames]


def word(at_ms: float, kind: FrameKind, *, page: int, seq: int, flags: int = 0, payload: bytes = b"{}") -> Entries:
    return [(AT_MS + at_ms, encode_frame(Frame(kind, flags, page, seq, AT_MS + at_ms, payload)))]


def session() -> Entries:

    turned = json.dumps(WIDE).encode()
    return [
        *visit(0, "red", page=ONE, kind="html", viewport=PHONE),
        *visit(1000, "lime", page=TWO, kind="native", viewport=PHONE),
        *word(2000, FrameKind.VISIBILITY, page=ONE, seq=3, flags=FrameFlag.FRONT),
        *word(3000, FrameKind.VIEWPORT, page=ONE, seq=4, payload=turned),
    ]


def outline(entries: Entries) -> Timeline:
    started, ended = (datetime.fromtimestamp((AT_MS + at) / 1000, UTC) for at in (0, ENDS_MS))
    return read_timeline(server_times(entries), started_at=started, ended_at=ended)


def test_tabs_phones_and_native_pages_are_in_one_video(tmp_path: Path) -> None:
    entries = session()
    timeline = outline(entries)
    chapters = [(chapter["title"], chapter["kind"]) for chapter in timeline.chapters()]
    assert chapters == [("red", "html"), ("lime", "native"), ("red", "html")]
    canvas, script = timeline.canvas(), (DIST / "stage.js").read_bytes()
    assert (canvas.width, canvas.height, canvas.scale) == (800, 800, 2.0)
    browser = open_browser(shell_path(), scale=canvas.scale)
    with StageShell(browser, script=script, find_asset=lambda _: None, width=400, height=400) as shell:
        shell.load(entries)
        render_stretch(shell, Stretch(0, ENDS_MS, AT_MS, canvas), tmp_path / "a.mp4")
    frames = pictures_of(tmp_path / "a.mp4")
    for at_ms, colour in ((500, "red"), (1500, "lime"), (2500, "red"), (3500, "red")):
        assert_colour(frame_at(frames, at_ms), colour, y=400, x=400)
    upright, turned = frame_at(frames, 2500), frame_at(frames, 3500)
    assert_colour(upright, "red", y=10, x=400)
    assert upright[400, 100].max() < 80
    assert_colour(turned, "red", y=400, x=100)
    assert turned[10, 400].max() < 80
