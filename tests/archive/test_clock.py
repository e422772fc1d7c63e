"""What the visitor's clock says, within what the server knows; web/rebuild has the same rule and the same vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from recordings.archive.clock import Clock

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "clock" / "times.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_times_are_as_the_vectors_say(vector: dict[str, Any]) -> None:
    clock = Clock()
    for step, tab, *values in vector["steps"]:
        if step == "hello":
            clock.hello(tab, offset_ms=values[0], received_ms=values[1])
        elif step == "frame":
            assert clock.frame(tab, values[0], received_ms=values[1]) == values[2]
        else:
            assert clock.operation(tab, values[0], stream_at=values[1]) == values[2]
