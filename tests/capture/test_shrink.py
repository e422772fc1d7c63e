"""Of a sequence that fails, the operations without which it would not."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assist.channel.protocol import FrameKind
from tests.capture import fuzz
from tests.capture.playground import playground
from tests.capture.rig import WAIT_SECONDS, Rig
from tests.capture.sequences import NOTHING, Operation, sequence
from tests.capture.shrink import shrunk

MADE = 5000
NEEDED: list[Operation] = [
    ["element", [MADE, "p", {}, "made", 0, None]],
    ["attribute", [MADE, "data-lost", "1"]],
]


def test_shrunk_list_has_what_fails_and_no_more() -> None:
    assert shrunk(list(range(100)), lambda items: {17, 18, 80} <= set(items)) == [17, 18, 80]
    assert shrunk(list(range(7)), lambda items: 3 in items) == [3]
    assert shrunk([1, 2], lambda items: True) == []


def test_sequence_is_the_same_for_a_seed() -> None:
    assert sequence(7) == sequence(7) != sequence(8)
    assert json.loads(json.dumps(sequence(7))) == sequence(7)
    assert NOTHING not in range(MADE)


def spoils_what_says_lost(shown: Rig) -> None:
    """From then on the stage can't follow, and says so at once."""

    def line(frame: bytes) -> bytes:
        is_said = "data-lost" in shown.operations(since_last_whole(shown.frames[: shown.frames.index(frame) + 1]))
        return frame[:20] + b"\xff" * 20 if is_said and frame[0] == FrameKind.OPERATIONS else frame

    shown.line = line


def since_last_whole(frames: list[bytes]) -> list[bytes]:
    """Frames of the page that is shown, from its snapshot on."""
    starts = [at for at, frame in enumerate(frames) if frame[0] == FrameKind.PAGE_ENTER]
    return frames[starts[-1] :] if starts else []


def test_failing_sequence_is_shrunk_and_kept(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "FOUND", tmp_path)
    noise: list[Operation] = [["text", [at, f"text {at}", 0, None]] for at in range(1, 9)]
    with playground(browser) as ground:
        spoils_what_says_lost(ground.shown)
        operations = [*noise[:3], NEEDED[0], *noise[3:6], ["rest", []], NEEDED[1], *noise[6:]]
        fewer = fuzz.shortest(ground, operations, seconds=WAIT_SECONDS)
    assert fewer == NEEDED
    assert json.loads(fuzz.write("lost", fewer, "spoilt").read_text()) == NEEDED
