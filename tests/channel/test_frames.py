"""What is a frame and what is none; web/protocol decodes the same vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from assist.channel.protocol import BadFrame, decode_frame

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "frames" / "headers.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_frame_is_refused_where_the_vectors_say_so(vector: dict[str, Any]) -> None:
    data, refused = bytes.fromhex(vector["hex"]), None
    try:
        decode_frame(data)
    except BadFrame as bad:
        refused = bad.code
    assert refused == vector["refused"]
