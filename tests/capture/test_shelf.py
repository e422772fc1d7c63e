"""What a page has in common with those before it is not sent again: subtrees by number, for whoever joins late too."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import SHELF_COUNTER, FrameFlag, FrameKind, decode_frame
from tests.capture.invariant import Invariant
from tests.capture.rig import Rig, payload_bytes, rig
from tests.capture.test_queue import QUEUE
from tests.capture.test_slices import SLOW
from tests.stack import skip_without_kept_pages

LINKS = "".join(f"<li><a href=page{n}.html class='link l{n}'>Chapter {n} of the book</a></li>" for n in range(60))
FRAME = "<!doctype html><title>{0}</title><body><nav><ul>{1}</ul></nav><main><h1>{0}</h1>{2}</main>"
ROUTE = "history.pushState({}, '', '/second'); document.querySelector('h1').textContent = 'Second'"


def page(title: str, body: str = "") -> str:
    return FRAME.format(title, LINKS, body)


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Rig]:
    for name in ("One", "Two"):
        (tmp_path / f"{name.lower()}.html").write_text(page(name))
    with rig(browser, tmp_path) as made:
        made.open("one.html")
        made.settle()
        yield made


def shelf_of(frames: list[bytes]) -> list[bytes]:
    return [frame for frame in frames if decode_frame(frame).page & SHELF_COUNTER == SHELF_COUNTER]


def faults(shown: Rig) -> list[object]:
    return [report for report in shown.reports if report["type"] in ("fault", "need")]


def test_next_document_refers_to_what_the_last_one_brought(shown: Rig) -> None:
    before = len(shown.frames)
    shown.open("two.html")
    shown.settle()
    fresh = shown.frames[before:]
    assert "Chapter 7" in shown.operations(shown.frames[:before])
    assert "Chapter 7" not in shown.operations(fresh)
    assert payload_bytes([frame for frame in fresh if frame[0] == FrameKind.SNAPSHOT]) < 400
    shown.until(equal := Invariant(shown), equal)
    assert not faults(shown)


def test_route_of_an_application_refers_to_its_frame(shown: Rig) -> None:
    before = len(shown.frames)
    shown.visitor.evaluate(ROUTE)
    shown.settle()
    assert "Chapter 7" not in shown.operations(shown.frames[before:])
    shown.until(equal := Invariant(shown), equal)
    shown.visitor.evaluate("document.querySelector('.l7').textContent = 'Changed here'")
    shown.until(lambda: shown.page.inner_text(".l7") == "Changed here", "nodes have the numbers that the visitor uses")


def hand_over(shown: Rig, frames: list[bytes]) -> None:
    page = decode_frame(frames[-1]).page
    shown.console.evaluate(QUEUE, [page, [base64.b64encode(frame).decode() for frame in frames]])


def test_who_joins_late_reads_the_shelf_first(shown: Rig) -> None:
    shown.visitor.evaluate(ROUTE)
    shown.settle()
    frames = list(shown.frames)
    last = [frame for frame in frames if decode_frame(frame).page == decode_frame(frames[-1]).page]
    shown.console.reload()
    shown.console.wait_for_function("reports.some(report => report.type === 'ready')")
    hand_over(shown, shelf_of(frames))
    hand_over(shown, last)
    shown.until(equal := Invariant(shown), equal)
    assert not faults(shown)


def test_page_whose_shelf_is_not_known_is_a_fault_and_never_a_wrong_page(shown: Rig) -> None:
    shown.visitor.evaluate(ROUTE)
    shown.settle()
    last = [frame for frame in shown.frames if decode_frame(frame).page == decode_frame(shown.frames[-1]).page]
    shown.console.reload()
    shown.console.wait_for_function("reports.some(report => report.type === 'ready')")
    hand_over(shown, last)
    shown.console.wait_for_function("reports.some(report => report.type === 'fault')")
    assert not [report for report in shown.reports if report["type"] == "need"]


def test_fresh_snapshot_begins_a_new_shelf(shown: Rig) -> None:
    """What was asked for again may be the shelf itself."""
    before = len(shown.frames)
    shown.visitor.evaluate("testCapture.resync()")
    shown.settle()
    first = shelf_of(shown.frames[before:])[0]
    assert (first[0], first[1] & FrameFlag.STREAM_START) == (FrameKind.SNAPSHOT, FrameFlag.STREAM_START)
    assert "Chapter 7" in shown.operations(shown.frames[before:])
    shown.until(equal := Invariant(shown), equal)
    assert not faults(shown)


def test_shelf_that_was_lost_during_a_pause_is_sent_after_it(shown: Rig) -> None:
    before = len(shown.frames)
    shown.visitor.evaluate("testCapture.pause(); testCapture.resync(); testCapture.resume()")
    shown.settle()
    assert "Chapter 7" in shown.operations(shelf_of(shown.frames[before:]))


def test_shelf_that_was_lost_while_a_page_is_sent_is_sent_before_it(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(page("One"))
    with rig(browser, tmp_path) as shown:
        shown.visitor.add_init_script(SLOW)
        shown.open("one.html")
        shown.settle()
        before = len(shown.frames)
        shown.visitor.evaluate("testCapture.pause(); testCapture.resume(); testCapture.resync()")
        shown.settle()
        assert "Chapter 7" in shown.operations(shelf_of(shown.frames[before:]))


def test_number_of_an_edition_is_never_used_again(shown: Rig) -> None:
    """Not even where nothing is known any more of those before."""
    shown.visitor.evaluate("testHost.save('shelf', '')")
    shown.open("two.html")
    shown.settle()
    begun = [edition for edition, first in editions(shown) if first == 1]
    assert len(begun) == len(set(begun)) == 2
    shown.until(equal := Invariant(shown), equal)


def editions(shown: Rig) -> list[tuple[int, int]]:
    """Of each part that has come to the shelf, with its first number."""
    said = [json.loads(line) for line in shown.operations().splitlines() if line.startswith('["shelf"')]
    return [(edition, first) for _, _, edition, first, _ in said]


def test_page_of_an_edition_that_ended_is_sent_anew_when_it_comes_back(shown: Rig) -> None:
    """So that the newest edition is all that is needed by whoever joins late, also while the visitor has paused."""
    shown.visitor.evaluate(ROUTE)
    shown.settle()
    shown.visitor.evaluate("testCapture.resync()")
    shown.settle()
    shown.visitor.evaluate("addEventListener('popstate', () => document.querySelector('h1').textContent = 'One')")
    shown.visitor.evaluate("history.back()")
    shown.settle()
    shown.visitor.evaluate("testCapture.pause()")
    frames = list(shown.frames)
    shown.console.reload()
    shown.console.wait_for_function("reports.some(report => report.type === 'ready')")
    hand_over(shown, newest(shelf_of(frames)))
    hand_over(shown, newest([frame for frame in frames if decode_frame(frame).page == decode_frame(frames[-1]).page]))
    shown.until(equal := Invariant(shown), equal)
    assert shown.page.inner_text("h1") == "One"
    assert not faults(shown)


def newest(frames: list[bytes]) -> list[bytes]:
    """A queue: from its newest beginning on."""
    begins = [at for at, frame in enumerate(frames) if frame[0] == FrameKind.SNAPSHOT]
    return frames[begins[-1] :]


def test_page_that_survived_knows_what_another_document_has_put_there(browser: Browser, tmp_path: Path) -> None:
    skip_without_kept_pages()
    (tmp_path / "one.html").write_text(page("One"))
    others = "".join(f"<p>Paragraph {n} of the other page</p>" for n in range(60))
    (tmp_path / "two.html").write_text(page("Two", f"<section>{others}</section>"))
    with rig(browser, tmp_path) as shown:
        for name in ("one", "two"):
            shown.open(f"{name}.html")
            shown.settle()
        shown.visitor.evaluate("setTimeout(() => history.back(), 0)")
        shown.settle()
        fresh = "".join(f"<p>Paragraph {n} that is new</p>" for n in range(60))
        shown.visitor.evaluate("html => document.querySelector('main').innerHTML = `<div>${html}</div>`", fresh)
        shown.visitor.evaluate("history.pushState({}, '', '/third')")
        shown.settle()
        shown.until(equal := Invariant(shown), equal)
        assert "that is new" in shown.page.inner_text("main")
        assert not faults(shown)


@pytest.mark.long
def test_shelf_that_is_full_begins_anew(browser: Browser, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        text = "".join(f"<p>{name} {n}: {'text ' * 400}</p>" for n in range(1500))
        (tmp_path / f"{name}.html").write_text(page(name, text))
    with rig(browser, tmp_path) as shown:
        for name in ("one", "two", "three"):
            shown.open(f"{name}.html")
            shown.settle()
            shown.until(equal := Invariant(shown), equal)
        assert len({edition for edition, _first in editions(shown)}) == 3
        assert not faults(shown)


def test_blocked_box_has_the_size_that_it_has_on_its_page(browser: Browser, tmp_path: Path) -> None:
    for name, width in (("one", 120), ("two", 260)):
        box = f"<style>div.secret {{ width: {width}px; height: 40px }}</style><div class=secret>hidden</div>"
        (tmp_path / f"{name}.html").write_text(page(name, box))
    with rig(browser, tmp_path, masking={"block": [".secret"]}) as shown:
        for name, width in (("one", 120), ("two", 260)):
            shown.open(f"{name}.html")
            shown.until(lambda name=name: shown.page.title() == name, "the page is there")
            assert shown.page.evaluate("document.querySelector('.secret').offsetWidth") == width
