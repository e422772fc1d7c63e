"""The corpus of attacks in the worker's browser: nothing of it runs, and nothing is even asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from recordings.video import answers
from recordings.video.launch import open_browser
from recordings.video.shell import StageShell
from tests.capture.hostile import PAGE_ID, VIEWPORT, Corpus, deep_snapshot, frames_of
from tests.capture.sites import DIST
from tests.video.stage import shell_path

# The worker would have to ask for it: what is on its own machine Chromium refuses by itself.
BAIT = "https://bait.example"
AT_MS = 1_700_000_000_000.0
TREE: list[Any] = [9, 1, [[1, 2, "html", {}, [[1, 3, "body", {}, [[1, 4, "p", {"id": "good"}, [[3, 5, "Good"]]]]]]]]]
TEXT = "document.querySelector('iframe').contentDocument.getElementById('{}')?.textContent ?? null"
RAN = "[window, ...document.querySelectorAll('iframe')].some((at) => (at.contentWindow ?? at).hit)"


@contextmanager
def stage(*visits: list[bytes]) -> Iterator[StageShell]:
    """Each visit's frames a second after those of the one before."""
    browser = open_browser(shell_path())
    script = (DIST / "stage.js").read_bytes()
    with StageShell(browser, script=script, find_asset=lambda _sha256: None, width=320, height=240) as shell:
        shell.load([(AT_MS + 1000 * at, frame) for at, frames in enumerate(visits) for frame in frames])
        yield shell


def shown_hostile(bait: str) -> list[bytes]:
    corpus = Corpus(bait)
    tree = corpus.document()
    return frames_of(["snapshot", 0, tree, {}, VIEWPORT], *corpus.late(tree))


@pytest.mark.parametrize("has_policy", [True, False], ids=["as it is", "without its policy"])
def test_corpus_asks_nobody_and_without_the_policy_it_would(has_policy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_policy:
        monkeypatch.setattr(answers, "POLICY", "script-src 'nonce-{nonce}'")
    with stage(shown_hostile(BAIT)) as shell:
        shell.set_size(width=320, height=240)
        assert shell.seek(AT_MS + 500_000).page == PAGE_ID
        shell.start_clock(AT_MS)
        for at_ms in range(0, 500, 50):
            shell.draw(AT_MS + at_ms)
        assert shell.evaluate(TEXT.format("here")) == "Here"
        assert shell.evaluate(RAN) is False
        assert any(url.startswith(BAIT) for url in shell.refused) is not has_policy


def test_what_is_no_page_hurts_no_other() -> None:
    hostile = [None, [9, 1, "x"], [9, 1, [[1, 2, "a", {"src": 5}, []]]]]
    visits = [frames_of(["snapshot", 0, tree, {}, VIEWPORT], page=PAGE_ID + 1 + at) for at, tree in enumerate(hostile)]
    visits.append(frames_of(deep_snapshot(3000), page=PAGE_ID + 49))
    odd = {"url": 5, "title": [], "viewport": {"width": "x", "height": 1e11}}
    visits.append(frames_of(["snapshot", 0, TREE, {}, {**VIEWPORT, "width": 1e11}], arrival=odd, page=PAGE_ID + 50))
    visits.append(frames_of(["snapshot", 0, TREE, {}, VIEWPORT], ["assets", 1, None], page=PAGE_ID + 51))
    with stage(*visits) as shell:
        for at in range(len(visits)):
            seen = shell.seek(AT_MS + 1000 * at + 500)
            assert 0 <= seen.width <= 16_384
        assert shell.seek(AT_MS + 1_000_000).page == PAGE_ID + 51
        assert shell.evaluate(TEXT.format("good")) == "Good"


def test_nothing_stays_of_what_was_loaded_before() -> None:
    with stage(frames_of(["snapshot", 0, TREE, {}, VIEWPORT])) as shell:
        shell.seek(AT_MS + 500)
        assert shell.evaluate(TEXT.format("good")) == "Good"
        shell.empty()
        shell.load([(AT_MS, frame) for frame in frames_of()])
        shell.seek(AT_MS + 500)
        gone = "[...document.querySelectorAll('iframe')].some((at) => at.contentDocument?.getElementById('good'))"
        assert shell.evaluate(gone) is False
