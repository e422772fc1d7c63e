"""The corpus of attacks, live and replayed; and each lock of the stage taken away, so that the attacks get through."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request

from tests.capture import sites
from tests.capture.hostile import HIT, VIEWPORT, Corpus, deep_snapshot, frames_of, nobody_may_ask
from tests.capture.rig import Rig, rig

LOOSE = "allow-same-origin allow-scripts allow-forms allow-top-navigation allow-popups allow-modals"
# What would be asked for has been asked for when the page is laid out, drawn, and has had an answer of its own.
AT_REST = """async () => {
  const inner = document.querySelector("iframe").contentDocument;
  inner.documentElement.getBoundingClientRect();
  await inner.fonts.ready;
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  await fetch("/stage/stage.js");
}"""
# Put into the rebuilt page behind the back of what builds it, so that only the frame itself stands in their way.
PROBES = f"""async () => {{
  const inner = document.querySelector("iframe").contentDocument;
  const add = (tag, attributes, text = "") => {{
    const element = inner.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    inner.body.append(element);
    return element;
  }};
  add("script", {{}}, "{HIT}");
  add("img", {{ src: "data:,x", onerror: "{HIT}" }});
  add("iframe", {{ srcdoc: "<script>{HIT}</script>" }});
  add("details", {{ ontoggle: "{HIT}", open: "" }});
  add("a", {{ href: "javascript:{HIT}" }}, "a").click();
  add("form", {{ action: "javascript:{HIT}" }}).requestSubmit();
  for (let frames = 0; frames < 10; frames++) await new Promise(requestAnimationFrame);
}}"""
FOLLOWED = """bait => {
  const inner = document.querySelector("iframe").contentDocument;
  inner.body.insertAdjacentHTML("beforeend", `<a href="${bait}" accesskey=a>a</a><a href="${bait}" target=_blank>b</a>
    <form action="${bait}"><input name=i><button>c</button></form><svg><a href="${bait}"><text>d</text></a></svg>
    <math><mi href="${bait}">e</mi></math><map name=m><area href="${bait}"></map><img usemap="#m">`);
  const found = inner.querySelectorAll("a, button, area, mi");
  for (const element of found) element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  inner.querySelector("button").click();
}"""
FOCUSED = """tag => {
  const inner = document.querySelector("iframe").contentDocument;
  inner.querySelector(tag).focus();
  return inner.activeElement === inner.querySelector(tag);
}"""
ALL_SAY = "Boolean(window.hit)"
# Trees that are none, and lines that are no operations.
CYCLE: list[Any] = [1, 7, "b", {}, [[1, 7, "b", {}, []]]]
NO_TREES: list[Any] = [
    None, 7, "x", [], [9], [9, 1], [9, 1, "x"], [9, 1, [None]], [9, 1, [[1, 2]]], [9, 1, [[1, 2, 3, {}, []]]],
    [9, 1, [[1, 2, "a", None, []]]], [9, 1, [[1, 2, "a", {"src": 5}, []]]], [9, 1, [[11, 2, []]]],
    [9, 1, [CYCLE]], [9, 1, [[3, 2, {"a": 1}]]], [9, 1, [[9, 2, [[1, 3, "html", {}, []]]]]], [9, "1", []],
]  # fmt: skip
NO_OPERATIONS: list[Any] = [
    ["assets", 1, None], ["assets", 1, {"http://a.example/": "../../x"}], ["unread", 1, [5]], ["unread", 1, None],
    ["selection", 1, [[1]]], ["mutation", 1, None], ["mutation", 1, {"r": 5}], ["mutation", 1, {"a": [[1, 0, 99]]}],
    ["mutation", 1, {"s": [[3, {"__proto__": {"x": "1"}}]]}], ["mutation", 1, {"e": [[3, None]]}],
    ["canvas", 1, 3, "javascript:1"], ["media", 1, 3, None], ["media", 1, 3, {"time": "x"}], ["rule", 1, 3, -1, None],
    ["input", 1, 3, "x", {}], ["viewport", 1, {"width": 1e11, "height": 1e11}], ["checkpoint", 1, {}], ["nothing", 1],
    ["script_error", 1, "what it said"],
]  # fmt: skip
GOOD: list[Any] = [9, 1, [[1, 2, "html", {}, [[1, 3, "body", {}, [[1, 4, "p", {"id": "good"}, [[3, 5, "Good"]]]]]]]]]


@contextmanager
def hostile(browser: Browser, folder: Path, **locks: str) -> Iterator[tuple[Rig, str, list[str]]]:
    """A rig, the address that nobody may ask, and who has asked."""
    with nobody_may_ask() as (bait, callers), rig(browser, folder, stage=partial(sites.stage, **locks)) as made:
        yield made, bait, callers


def show(shown: Rig, bait: str, *, is_live: bool) -> None:
    corpus = Corpus(bait)
    tree = corpus.document()
    late = corpus.late(tree)
    push(shown, frames_of(["snapshot", 0, tree, {}, VIEWPORT], *late), is_live=is_live)
    shown.console.wait_for_function("reports.some(({ type }) => type === 'taken')")
    if not is_live:
        shown.console.evaluate("command({ type: 'seek', timeMs: 1e15 })")
    here = "document.querySelector('iframe').contentDocument.getElementById('here')?.textContent === 'Here'"
    shown.stage.wait_for_function(here)
    shown.stage.evaluate(AT_REST)


def push(shown: Rig, frames: list[bytes], *, is_live: bool) -> None:
    given = [base64.b64encode(frame).decode() for frame in frames]
    shown.console.evaluate("([frames, live]) => push(frames, live)", [given, is_live])


def ran(shown: Rig) -> bool:
    return any(frame.evaluate(ALL_SAY) for frame in shown.console.frames)


@pytest.mark.parametrize("is_live", [True, False], ids=["live", "replay"])
def test_corpus_runs_nothing_and_asks_nobody(browser: Browser, tmp_path: Path, is_live: bool) -> None:
    with hostile(browser, tmp_path) as (shown, bait, callers):
        requests: list[Request] = []
        shown.console.on("request", lambda request: requests.append(request))
        show(shown, bait, is_live=is_live)
        assert callers == []
        # Both of them stop it before it leaves.
        assert {request.failure for request in requests if bait in request.url} <= {"csp", "origin"}
        assert not ran(shown)
        assert [report for report in shown.reports if report["type"] in ("fault", "need")] == []
        assert shown.stage.url.endswith("/stage/")
        assert len(shown.console.context.pages) == 1


def test_without_the_policy_the_corpus_asks(browser: Browser, tmp_path: Path) -> None:
    with hostile(browser, tmp_path, policy="") as (shown, bait, callers):
        show(shown, bait, is_live=True)
        shown.until(lambda: callers, "somebody is asked")


@pytest.mark.parametrize(
    ("policy", "sandbox", "runs"),
    [(sites.STAGE_POLICY, LOOSE, False), ("", sites.SANDBOX, False), ("", LOOSE, True)],
    ids=["policy alone", "sandbox alone", "neither"],
)
def test_policy_and_sandbox_each_stop_scripts(
    browser: Browser, tmp_path: Path, policy: str, sandbox: str, runs: bool
) -> None:
    with hostile(browser, tmp_path, policy=policy, sandbox=sandbox) as (shown, _bait, _callers):
        push(shown, frames_of(["snapshot", 0, GOOD, {}, VIEWPORT]), is_live=True)
        shown.stage.wait_for_function("document.querySelector('iframe').contentDocument.getElementById('good')")
        shown.stage.evaluate(PROBES)
        assert ran(shown) is runs


def test_what_is_no_page_hurts_no_other(browser: Browser, tmp_path: Path) -> None:
    """Each by itself, live, and all of them in one replay, before a good page."""
    arrivals: list[Any] = [5, [], {"url": 5, "title": {}, "viewport": {"width": "x", "height": None}}]
    sent = [frames_of(["snapshot", 0, tree, {}, VIEWPORT], page=1 << 16 | 2 + at) for at, tree in enumerate(NO_TREES)]
    sent.append(frames_of(deep_snapshot(3000), page=1 << 16 | 99))
    for at, operation in enumerate(NO_OPERATIONS):
        sent.append(frames_of(["snapshot", 0, GOOD, {}, VIEWPORT], operation, page=1 << 16 | 100 + at))
    for at, arrival in enumerate(arrivals):
        sent.append(frames_of(["snapshot", 0, GOOD, {}, VIEWPORT], arrival=arrival, page=1 << 16 | 200 + at))
    for state in (None, 5, {"scroll": 5}, {"values": [[1]]}, {"canvas": {"a": 1}}):
        sent.append(frames_of(["snapshot", 0, GOOD, state, VIEWPORT], page=1 << 16 | 300 + len(sent)))
    good = frames_of(["snapshot", 0, GOOD, {}, VIEWPORT], page=1 << 16 | 999)
    with rig(browser, tmp_path) as shown:
        errors: list[str] = []
        shown.console.on("pageerror", lambda error: errors.append(str(error)))
        is_good = "document.querySelector('iframe').contentDocument.getElementById('good') !== null"
        for frames in [*sent, good]:
            push(shown, frames, is_live=True)
        shown.console.wait_for_function(
            f"reports.some(({{ page, type }}) => page === {1 << 16 | 999} && type === 'applied')"
        )
        shown.stage.wait_for_function(is_good)
        push(shown, [frame for frames in [*sent, good] for frame in frames], is_live=False)
        shown.console.evaluate("command({ type: 'seek', timeMs: 1e15 })")
        shown.stage.wait_for_function(is_good)
        assert errors == []


@pytest.mark.parametrize("attributes", [{"rel": "alternate"}, {"rel": "stylesheet", "type": "text/x"}], ids=json.dumps)
def test_link_that_is_no_sheet_holds_no_replay_up(browser: Browser, tmp_path: Path, attributes: dict[str, str]) -> None:
    link = [1, 3, "link", {**attributes, "href": "data:text/css,"}, []]
    tree = [9, 1, [[1, 2, "html", {}, [link, [1, 4, "body", {}, []]]]]]
    first = frames_of(["snapshot", 0, tree, {}, VIEWPORT], page=1 << 16 | 2)
    with rig(browser, tmp_path) as shown:
        push(shown, [*first, *frames_of(["snapshot", 0, GOOD, {}, VIEWPORT], page=1 << 16 | 3)], is_live=False)
        shown.console.evaluate("command({ type: 'seek', timeMs: 0 })")
        shown.console.evaluate("command({ type: 'seek', timeMs: 1e15 })")
        shown.stage.wait_for_function("document.querySelector('iframe').contentDocument.getElementById('good')")


def test_links_inside_of_pictures_lead_nowhere(browser: Browser, tmp_path: Path) -> None:
    """As when the browser itself opens them: nobody clicks there."""
    with hostile(browser, tmp_path, policy="", sandbox=LOOSE) as (shown, bait, callers):
        push(shown, frames_of(["snapshot", 0, GOOD, {}, VIEWPORT]), is_live=True)
        shown.stage.wait_for_function("document.querySelector('iframe').contentDocument.getElementById('good')")
        shown.stage.evaluate(FOLLOWED, bait)
        for tag in ("a", "button", "input", "svg a"):
            assert shown.stage.evaluate(FOCUSED, tag)
            shown.console.keyboard.press("Enter")
        for key in ("Alt+a", "Alt+Shift+a", *["Tab"] * 9, "Enter"):
            shown.console.keyboard.press(key)
        shown.stage.evaluate(AT_REST)
        assert callers == []
        assert len(shown.console.context.pages) == 1


def test_thousands_of_slots_and_popovers_are_shown_in_time(browser: Browser, tmp_path: Path) -> None:
    """What takes time by the square of their number does not come to the end of the page within anybody's patience."""
    many = 10_000
    slots: list[Any] = [[1, 20 + at, "slot", {}, [], {"slotted": [at]}] for at in range(many)]
    inside: list[Any] = [[1, 20_000 + at, "i", {}, []] for at in range(many)]
    host = [1, 4, "x-host", {}, [[11, 5, slots, {"manual": 1}], *inside]]
    raised: list[Any] = [[1, 40_000 + at, "dialog", {}, [], {"top": "modal", "order": many - at}] for at in range(many)]
    good = [1, 60_000, "p", {"id": "good"}, []]
    tree = [9, 1, [[1, 2, "html", {}, [[1, 3, "body", {}, [host, *raised, good]]]]]]
    with rig(browser, tmp_path) as shown:
        push(shown, frames_of(["snapshot", 0, tree, {}, VIEWPORT]), is_live=True)
        shown.stage.wait_for_function("document.querySelector('iframe').contentDocument.getElementById('good')")
        assert shown.page.evaluate("document.querySelectorAll(':modal').length") == 100
        last = "document.querySelector('x-host').shadowRoot.lastChild.assignedNodes().length"
        assert shown.page.evaluate(last) == 1
