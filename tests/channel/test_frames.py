"""What is a frame and what is none; web/protocol and web/loader read the same vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from assist.channel.heads import Heads
from assist.channel.limits import MAX_CONTROL_BYTES
from assist.channel.protocol import BadFrame, ErrorCode, Frame, FrameKind, decode_frame, encode_frame

FOLDER = Path(__file__).parent.parent / "vectors" / "frames"
VECTORS = json.loads((FOLDER / "headers.json").read_text())
SHORT = json.loads((FOLDER / "short_heads.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_frame_is_refused_where_the_vectors_say_so(vector: dict[str, Any]) -> None:
    data, refused = bytes.fromhex(vector["hex"]), None
    try:
        decode_frame(data)
    except BadFrame as bad:
        refused = bad.code
    assert refused == vector["refused"]


@pytest.mark.parametrize("vector", SHORT, ids=lambda vector: vector["name"])
def test_short_heads_say_what_the_frames_say(vector: dict[str, Any]) -> None:
    frames, messages = (list(map(bytes.fromhex, vector[name])) for name in ("frames", "messages"))
    sender, receiver = Heads(), Heads()
    assert [sender.short(frame) for frame in frames] == messages
    assert [receiver.whole(message) for message in messages] == frames


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (None, b"\x80\x00\x00"),
        (1, b"\x80\x00"),
        (1, b"\xa0"),
        (None, b"\xc0"),
        (1, b"\x44\x00\x00\x01\x00"),
        (1, b"\x44\x00\x00\x01\x00\x00" + b"\x01" * (MAX_CONTROL_BYTES + 1)),
        (0xFFFFFFFF, b"\xc0"),
        (0xFFFFFFFF, b"\x80\x00\x00"),
        (1, b""),
    ],
    ids=[
        "nothing before it",
        "too short",
        "too short for one byte",
        "no step before it",
        "too short for another kind",
        "too many words",
        "no seq for a step",
        "no seq is left",
        "empty",
    ],
)
def test_short_head_is_refused(before: int | None, message: bytes) -> None:
    heads = Heads()
    if before:
        heads.whole(encode_frame(Frame(FrameKind.OPERATIONS, 0, 1, before, 0, b"")))
    with pytest.raises(BadFrame) as refused:
        heads.whole(message)
    assert refused.value.code == ErrorCode.BAD_FRAME
