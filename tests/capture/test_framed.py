"""Frames of another origin: what the loader in them tells is shown in their place, and nothing else is believed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame
from playwright.sync_api import Error as PlaywrightError

from tests.capture import sites
from tests.capture.rig import Rig, rig

ORIGINS = ("http://localhost:",)
LOADER = "<script data-desk=desk></script>"
# Observers that are at work, in the way of a page that counts them.
COUNTED = """<script>
  window.atWork = new Set();
  for (const kind of [MutationObserver, ResizeObserver]) {
    const { observe, disconnect } = kind.prototype;
    kind.prototype.observe = function (...all) { atWork.add(this); return observe.apply(this, all) };
    kind.prototype.disconnect = function () { atWork.delete(this); return disconnect.apply(this) };
  }
</script>"""
FRAMED = f"""<!doctype html><title>Framed</title>{COUNTED}{LOADER}
<p id=text>inside</p><input id=typed><input id=free><ul></ul><div style='height: 2000px'>tall</div>"""
PAGE = "<!doctype html><title>Around</title><p id=own>around</p><img src=own.svg><div id=place>%s</div>"
FRAME = "<iframe id=frame src='%s' width=300 height=200></iframe>"
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"
FAULTS = "reports.filter((report) => report.type === 'fault').length"


@contextmanager
def around(
    browser: Browser,
    folder: Path,
    path: str = "framed.html",
    *,
    origins: tuple[str, ...] = ORIGINS,
    masking: Any = None,
    told: list[Any] | None = None,
) -> Iterator[Rig]:
    """A page of 127.0.0.1 with a frame of localhost, both opened; poser.html tells what is `told`."""
    (folder / "told.json").write_text(json.dumps(told))
    (folder / "framed.html").write_text(FRAMED)
    (folder / "next.html").write_text(FRAMED.replace("inside", "the next one"))
    (folder / "bare.html").write_text(FRAMED.replace(LOADER, ""))
    (folder / "poser.html").write_text((sites.PAGES / "poser.html").read_text())
    (folder / "own.svg").write_text(PICTURE)
    with sites.served(sites.site(folder)) as other, rig(browser, folder, masking=masking, origins=origins) as shown:
        frame = FRAME % f"{other.replace('127.0.0.1', 'localhost')}/{path}"
        (folder / "page.html").write_text(PAGE % frame)
        shown.open("page.html")
        yield shown


def at_visitor(shown: Rig) -> Frame:
    return shown.visitor.main_frame.child_frames[0]


def text(shown: Rig) -> str:
    """What the agent sees in the frame; nothing where it is a gap."""
    frames = shown.page.child_frames
    try:
        return frames[0].evaluate("document.body?.innerText ?? ''") if frames else ""
    except PlaywrightError:
        return ""  # another document comes in its place


def is_gap(shown: Rig) -> bool:
    return bool(shown.page.evaluate("document.querySelector('#frame')?.hasAttribute('data-alongside-gap')"))


def until_inside(shown: Rig, said: str = "inside") -> None:
    shown.until(lambda: said in text(shown), said)


def test_frame_is_live_and_masked_before_anything_leaves_it(browser: Browser, tmp_path: Path) -> None:
    with around(browser, tmp_path, masking={"allow": ["#free"]}) as shown:
        until_inside(shown)
        frame = at_visitor(shown)
        frame.fill("#typed", "canary-typed")
        frame.fill("#free", "said openly")
        frame.evaluate("document.querySelector('#text').append(', changed')")
        frame.evaluate("scrollTo(0, 300)")
        until_inside(shown, "inside, changed")
        agent = shown.page.child_frames[0]
        shown.until(lambda: agent.evaluate("[typed.value, free.value, scrollY]") == ["•" * 12, "said openly", 300])
        assert "canary-typed" not in shown.operations()
        assert shown.console.evaluate(FAULTS) == 0


def test_frame_shows_what_moves_and_goes_in_it(browser: Browser, tmp_path: Path) -> None:
    with around(browser, tmp_path) as shown:
        until_inside(shown)
        frame = at_visitor(shown)
        frame.evaluate("for (const name of 'abcd') document.querySelector('ul').innerHTML += `<li>${name}</li>`")
        until_inside(shown, "d")
        frame.evaluate("const ul = document.querySelector('ul'); ul.prepend(ul.lastChild); ul.children[1].remove()")
        agent = shown.page.child_frames[0]
        shown.until(lambda: agent.evaluate("document.querySelector('ul').textContent") == "dbc")


def test_whole_page_sent_again_has_the_state_of_its_frames(browser: Browser, tmp_path: Path) -> None:
    with around(browser, tmp_path, masking={"allow": ["#free"]}) as shown:
        until_inside(shown)
        at_visitor(shown).fill("#free", "before")
        at_visitor(shown).evaluate("scrollTo(0, 250)")
        shown.settle()
        shown.visitor.evaluate("testCapture.resync()")
        seen = "[free.value, scrollY].join()"
        shown.until(lambda: shown.kinds().count("SNAPSHOT") > 1)
        shown.until(lambda: shown.page.child_frames[0].evaluate(seen) == "before,250")


@pytest.mark.parametrize(
    ("path", "origins"), [("framed.html", ("https://elsewhere.example",)), ("framed.html", ()), ("bare.html", ORIGINS)]
)
def test_frame_that_is_not_allowed_or_has_no_loader_is_a_gap(
    browser: Browser, tmp_path: Path, path: str, origins: tuple[str, ...]
) -> None:
    with around(browser, tmp_path, path, origins=origins) as shown:
        shown.settle()
        assert is_gap(shown)
        assert "inside" not in shown.operations()
        assert at_visitor(shown).evaluate("atWork.size") == 0


@pytest.mark.parametrize("rule", [{"mask": ["#place"]}, {"block": ["#place"]}, {"block": ["#frame"]}])
def test_frame_in_what_is_hidden_is_not_asked(browser: Browser, tmp_path: Path, rule: dict[str, list[str]]) -> None:
    with around(browser, tmp_path, masking=rule) as shown:
        shown.settle()
        assert at_visitor(shown).evaluate("atWork.size") == 0
        assert "inside" not in shown.operations()


def test_nothing_is_captured_in_a_frame_during_a_pause_or_after_the_end(browser: Browser, tmp_path: Path) -> None:
    with around(browser, tmp_path) as shown:
        until_inside(shown)
        frame = at_visitor(shown)
        assert frame.evaluate("atWork.size") > 0
        shown.visitor.evaluate("testCapture.pause()")
        shown.until(lambda: frame.evaluate("atWork.size") == 0)
        frame.evaluate("document.querySelector('#text').textContent = 'canary-paused'")
        frame.evaluate("document.querySelector('#text').textContent = 'after the pause'")
        shown.visitor.evaluate("testCapture.resume()")
        until_inside(shown, "after the pause")
        assert "canary-paused" not in shown.operations()
        shown.visitor.evaluate("testCapture.stop()")
        shown.until(lambda: frame.evaluate("atWork.size === 0 && !window.__alongsideFrame"))
        frame.evaluate("document.querySelector('#text').textContent = 'canary-ended'")
        shown.settle()
        assert "canary-ended" not in shown.operations()


def test_navigation_in_a_frame_is_followed(browser: Browser, tmp_path: Path) -> None:
    with around(browser, tmp_path) as shown:
        until_inside(shown)
        at_visitor(shown).evaluate("location.href = 'next.html'")
        until_inside(shown, "the next one")
        at_visitor(shown).evaluate("location.href = 'bare.html'")
        shown.until(lambda: is_gap(shown))
        at_visitor(shown).evaluate("location.href = 'framed.html'")
        until_inside(shown)
        shown.visitor.evaluate("document.querySelector('#frame').remove(); own.append(', alone')")
        shown.until(lambda: shown.page.evaluate("document.body.innerText.trim()") == "around, alone")
        assert shown.console.evaluate(FAULTS) == 0


def test_frame_that_is_moved_says_it_again(browser: Browser, tmp_path: Path) -> None:
    with around(browser, tmp_path) as shown:
        until_inside(shown)
        shown.visitor.evaluate("document.body.prepend(document.querySelector('#frame')); own.append(', moved')")
        shown.until(lambda: "moved" in shown.page.evaluate("document.body.innerText"))
        until_inside(shown)


def batch(tree: object = None, *, change: object = None, operations: list[object] | None = None) -> str:
    root = [9, 1, [[1, 2, "html", {}, [[1, 3, "body", {}, tree or []]]]]]
    return json.dumps({"root": root, "turn": 0, "change": change, "operations": operations or []})


def nested(depth: int) -> list[object]:
    node: list[object] = [3, depth + 10, "deepest"]
    for at in range(depth):
        node = [1, at + 10, "div", {}, [node]]
    return [node]


HOSTILE: dict[str, list[object]] = {
    "no JSON": ["{"],
    "no batch": ["null"],
    "no document": [json.dumps({"root": [1, 1, "p", {}, []], "turn": 0, "operations": []})],
    "a removal from elsewhere": [json.dumps({"change": {"r": [[3, 2]]}, "turn": 0, "operations": []})],
    "a message of no kind": [["format", "c:"]],
    "a number": [7],
    "a number twice": [batch([[3, 4, "one"], [3, 4, "two"]])],
    "deeper than a tree may be": [batch(nested(300))],
    "deeper, bit by bit": [
        batch([[1, 10, "p", {}, []]], change={"a": [[at, 0, [1, at + 1, "p", {}, []]] for at in range(10, 600)]})
    ],
    "more nodes than there may be": [batch([[3, at, ""] for at in range(10, 60_000)])],
    "more text than there may be": [batch([[3, 4, "x" * 2_500_000]])],
    "an attribute that is no text": [batch([[1, 4, "p", {"title": {}}, []]])],
    "a tag that is none": [batch([[1, 4, "p onclick=1", {}, []]])],
    "an extra of no kind": [batch([[1, 4, "p", {}, [], {"rules": 7}]])],
    "an unknown extra": [batch([[1, 4, "p", {}, [], {"toString": 7}]])],
    "a document in a paragraph": [batch([[1, 4, "p", {}, [[9, 5, []]]]])],
    "a node of another parent": [batch([[1, 4, "p", {}, []], [1, 5, "p", {}, []]], change={"a": [[4, 0, 5]]})],
    "a node that is not there": [batch(change={"t": [[99, "text"]]})],
    "a scroll to nowhere": [batch(operations=[["scroll", 1, 2, "far", 0]])],
    "a click of no kind": [batch(operations=[["click", 1, "explode", 2, 0, 0]])],
    "an operation without a time": [batch(operations=[["scroll", None, 2, 0, 0]])],
    "an asset that is none": [batch(operations=[["assets", 1, {"http://localhost/a.png": "../../etc"}]])],
    "too many operations": [batch(operations=[["scroll", 1, 2, 0, 0]] * 3000)],
    "an offer of nothing": [["offer", 1, [["x", 1, "image/png"]]]],
    "an upload that nobody wants": [["upload", 1, "0" * 64, "image/png", "bytes"]],
}


@pytest.fixture(scope="module")
def stage_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("how", list(HOSTILE))
def test_what_poses_as_the_loader_harms_nothing(browser: Browser, stage_folder: Path, how: str) -> None:
    told = [batch([[3, 4, "good so far"]]), *HOSTILE[how]]
    with around(browser, stage_folder, "poser.html", told=told) as shown:
        errors: list[str] = []
        shown.visitor.on("pageerror", lambda error: errors.append(str(error)))
        shown.until(lambda: at_visitor(shown).evaluate("window.heard?.includes('end')"))
        shown.visitor.evaluate("own.append(', still here')")
        shown.until(lambda: "still here" in shown.page.evaluate("document.body.innerText"))
        shown.until(lambda: is_gap(shown))
        assert shown.console.evaluate(FAULTS) == 0
        assert not errors
        assert "Nobody is to see this" not in shown.operations()
        assert shown.visitor.evaluate("document.querySelector('#frame').childNodes.length") == 0


def test_frame_that_does_not_wait_for_its_turn_is_dropped(browser: Browser, tmp_path: Path) -> None:
    told = [batch([[3, 4, str(at)]]) for at in range(50)]
    with around(browser, tmp_path, "poser.html", told=told) as shown:
        shown.until(lambda: at_visitor(shown).evaluate("!!window.sayAtOnce"))
        at_visitor(shown).evaluate("for (let at = 0; at < 40; at++) sayAtOnce()")
        shown.until(lambda: at_visitor(shown).evaluate("heard.includes('end')"))
        shown.until(lambda: is_gap(shown))


def test_frame_tells_neither_the_time_nor_the_pictures_of_the_page(browser: Browser, tmp_path: Path) -> None:
    other = "f" * 64
    far = 9e14
    with around(browser, tmp_path) as shown:
        until_inside(shown)
        shown.settle()
        operations = [["assets", 1, {f"{shown.origin}/own.svg": other}], ["scroll", far, 2, 0, 1]]
        (tmp_path / "told.json").write_text(json.dumps([batch([[3, 4, "posing"]], operations=operations)]))
        at_visitor(shown).evaluate("location.href = 'poser.html'")
        until_inside(shown, "posing")
        shown.visitor.evaluate("own.append(', later')")
        shown.settle()
        assert other not in shown.operations()
        times = [json.loads(line)[1] for line in shown.operations().splitlines() if line.startswith('["')]
        assert max(times) < 10 * 60 * 1000
