"""A captured page is hostile: nothing of it runs, loads or leads anywhere at the agent's side."""

import json
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.capture.rig import Rig, rig

PAGE_ID = 1 << 16 | 1
VIEWPORT = {"width": 800, "height": 600, "dpr": 1, "screen_width": 800, "screen_height": 600, "zoom": 1}
HIT = "top.hit=1;parent.hit=1;window.hit=1"
BAIT = "http://127.0.0.1:9/bait"

ELEMENTS: list[tuple[str, dict[str, str], str]] = [
    ("script", {}, HIT),
    ("script", {"src": BAIT, "type": "module"}, ""),
    ("img", {"src": BAIT, "onerror": HIT, "onload": HIT, "srcset": f"{BAIT} 2x"}, ""),
    ("img", {"src": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='top.hit=1'/>"}, ""),
    ("a", {"href": f"javascript:{HIT}", "target": "_top", "ping": BAIT}, "go"),
    ("iframe", {"srcdoc": f"<script>{HIT}</script>", "src": f"javascript:{HIT}"}, ""),
    ("iframe", {"src": BAIT, "sandbox": "allow-scripts allow-same-origin"}, ""),
    ("object", {"data": BAIT}, ""),
    ("embed", {"src": BAIT}, ""),
    ("meta", {"http-equiv": "refresh", "content": f"0;url={BAIT}"}, ""),
    ("base", {"href": BAIT, "target": "_top"}, ""),
    ("form", {"action": BAIT, "id": "f", "target": "_top"}, ""),
    ("input", {"autofocus": "", "onfocus": HIT, "form": "f", "formaction": BAIT}, ""),
    ("link", {"rel": "stylesheet", "href": BAIT}, ""),
    ("link", {"rel": "prefetch", "href": BAIT}, ""),
    ("link", {"rel": "preconnect", "href": BAIT}, ""),
    ("style", {}, f"@import '{BAIT}'; body{{background:url({BAIT})}} @font-face{{font-family:x;src:url({BAIT})}}"),
    ("style", {}, "*{font-family:x}"),
    ("div", {"style": f"background:url({BAIT});list-style:url({BAIT})", "onclick": HIT, "onanimationstart": HIT}, "x"),
    ("video", {"src": BAIT, "poster": BAIT, "autoplay": ""}, ""),
    ("audio", {"src": BAIT, "autoplay": ""}, ""),
    ("source", {"src": BAIT, "srcset": BAIT}, ""),
    ("body", {"onload": HIT, "background": BAIT}, ""),
    ("x<y", {"a b": "c", "<": ">"}, ""),
    ("details", {"open": "", "ontoggle": HIT}, ""),
    ("noscript", {}, f"<img src={BAIT}>"),
    ("template", {}, f"<script>{HIT}</script>"),
]  # fmt: skip
SVG: list[tuple[str, dict[str, str], str]] = [
    ("svg", {"onload": HIT}, ""),
    ("script", {"href": BAIT}, HIT),
    ("use", {"href": f"{BAIT}#x", "xlink:href": f"{BAIT}#x"}, ""),
    ("image", {"href": BAIT}, ""),
    ("animate", {"attributeName": "href", "values": f"javascript:{HIT}", "onbegin": HIT}, ""),
    ("set", {"attributeName": "onclick", "to": HIT}, ""),
    ("a", {"xlink:href": f"javascript:{HIT}"}, ""),
    ("foreignObject", {}, ""),
]


def page_tree() -> list[Any]:
    body: list[Any] = [1, 4, "body", {}, []]
    next_id = 10
    for entries, extra in ((ELEMENTS, None), (SVG, {"ns": "svg"})):
        for tag, attributes, text in entries:
            node: list[Any] = [1, next_id, tag, attributes, [[3, next_id + 1, text]] if text else []]
            body[4].append([*node, extra] if extra else node)
            next_id += 2
    return [9, 1, [[10, 2, "html", "", ""], [1, 3, "html", {}, [body]]]]


def frame(kind: int, payload: bytes, *, seq: int, flags: int = 0) -> bytes:
    return struct.pack("!BBHIId", kind, flags, 0, PAGE_ID, seq, time.time() * 1000) + payload


def frames_of(*operations: list[Any]) -> list[bytes]:
    arrival = {"url": "http://site.example/", "title": "Hostile", "kind": "html", "viewport": VIEWPORT}
    deflate = zlib.compressobj(wbits=-15)
    text = "".join(json.dumps(operation) + "\n" for operation in operations).encode()
    stream = deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return [frame(1, json.dumps(arrival).encode(), seq=1), frame(2, stream, seq=2, flags=1)]


@pytest.fixture
def shown(browser: Browser, tmp_path: Any) -> Iterator[Rig]:
    with rig(browser, tmp_path) as made:
        made.console.on("request", lambda request: made.asked.append(request.url))
        made.asked.clear()
        yield made


def test_nothing_of_a_hostile_page_runs_or_loads(shown: Rig) -> None:
    snapshot = ["snapshot", 0, page_tree(), {}, VIEWPORT]
    late = [
        "mutation",
        5,
        {"a": [[4, 0, [1, 900, "img", {"src": BAIT, "onerror": HIT}, []]]], "s": [[10, {"onclick": HIT}]]},
    ]
    styled = ["mutation", 6, {"e": [[4, {"adopted": [[f"a{{background:url({BAIT})}}"]]}]]}]
    shown.frames += frames_of(snapshot, late, styled)
    shown.pump()
    shown.console.wait_for_function("reports.some(({ type }) => type === 'applied')")
    shown.stage.wait_for_function("document.querySelector('iframe').contentDocument.querySelectorAll('*').length > 30")
    shown.console.wait_for_timeout(500)
    assert not [url for url in shown.asked if "bait" in url]
    for place in [shown.console.main_frame, shown.stage, *shown.stage.child_frames]:
        assert place.evaluate("window.hit") is None
    assert shown.stage.url.endswith("/stage/")


def test_frame_of_the_page_has_no_right_but_its_origin(shown: Rig) -> None:
    assert shown.stage.get_by_test_id("assist-page").get_attribute("sandbox") == "allow-same-origin"


def test_what_does_not_fit_is_a_fault_and_asks_for_nothing_twice(shown: Rig) -> None:
    good = ["snapshot", 0, page_tree(), {}, VIEWPORT]
    shown.frames += frames_of(good, ["mutation", 1, {"r": [[4, 99999]]}], ["mutation", 2, {"r": [[4, 99998]]}])
    shown.pump()
    shown.console.wait_for_function("reports.some(({ type }) => type === 'fault')")
    assert len([report for report in shown.reports if report["type"] == "fault"]) == 1


@pytest.mark.parametrize("tree", [None, 7, [1, 2], [9, 1, "x"], [9, 1, [[1, 1, "a", {}, []]]], [9, 1, [[1, 2]]]])
def test_snapshot_that_is_no_tree_is_asked_for_again(shown: Rig, tree: Any) -> None:
    shown.frames += frames_of(["snapshot", 0, tree, {}, VIEWPORT])
    shown.pump()
    shown.console.wait_for_function("reports.some(({ type }) => type === 'fault' || type === 'need')")
