"""What the demo saw: a line for each behaviour of the method, and the numbers."""

import sys
from dataclasses import dataclass, field
from typing import Any

BEHAVIOURS = [f"M{number}" for number in range(1, 15)]


@dataclass
class Checkpoint:
    """The visitor's page and the rebuilt page at one moment. Boxes are (x, y, width, height) in CSS pixels."""

    name: str
    at: float
    differing_share: float
    masked_boxes: list[tuple[int, int, int, int]]
    elements: int


@dataclass
class Evidence:
    """`lines` holds (behaviour, sentence); `numbers` what was measured, with its unit in the name."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)

    def saw(self, behaviour: str, sentence: str) -> None:
        self.lines.append((behaviour, sentence))
        say(f"  {behaviour:<4} {sentence}")

    def missing(self) -> list[str]:
        seen = {behaviour for behaviour, _ in self.lines}
        return [behaviour for behaviour in BEHAVIOURS if behaviour not in seen]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
