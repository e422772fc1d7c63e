"""Packed page streams: Python reads what the capture code writes, and refuses what is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from assist.channel.packing import BadPacking, UnpackStream

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "frames" / "packed.json").read_text()
)
MOST_BYTES = 100_000


def said(vector: dict[str, Any]) -> str:
    numbers = ",".join(str(at * at * 7919 % 1_000_003) for at in range(vector["numbers"]))
    return f"{vector['text'] * vector['times']}{numbers}\n"


def test_batches_are_read_one_after_the_other() -> None:
    stream = UnpackStream()
    for vector in VECTORS:
        assert stream.batch(bytes.fromhex(vector["packed"]), MOST_BYTES).decode() == said(vector)


@pytest.mark.parametrize(
    "data", [b"", b"\x01\x02", b"\xff", b"\xff" + b"\xaa" * 300, bytes.fromhex(VECTORS[0]["packed"])[:-4]]
)
def test_what_is_no_batch_is_refused(data: bytes) -> None:
    with pytest.raises(BadPacking, match="bad_stream"):
        UnpackStream().batch(data, MOST_BYTES)


def test_a_batch_that_becomes_too_long_is_refused() -> None:
    stream = UnpackStream()
    with pytest.raises(BadPacking, match="inflates_too_much"):
        for vector in VECTORS:
            stream.batch(bytes.fromhex(vector["packed"]), len("some text again, ") * 2000)
