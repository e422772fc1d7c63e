"""What a native visitor keeps until it is safe, and how it names what it had to give up."""

import json
from typing import Any

from alongside_client.outbox import MEMORY_BYTES, Outbox
from alongside_client.wire import HEADER, FrameKind

PAGE = 1 << 16 | 1
PIECE = b"x" * 1024 * 1024


def outbox() -> tuple[Outbox, list[str]]:
    lost: list[str] = []
    made = Outbox(1, on_given_up=lambda: lost.append("lost"))
    made.resume(0, 0)
    return made, lost


def taken(made: Outbox) -> list[tuple[int, int, dict[str, Any]]]:
    """(seq, kind, payload of a GAP) of all that goes out now."""
    found = []
    while data := made.take(MEMORY_BYTES):
        kind, _flags, _reserved, _page, seq, _time = HEADER.unpack_from(data)
        found.append((seq, kind, json.loads(data[HEADER.size :]) if kind == FrameKind.GAP else {}))
    return found


def test_frames_go_out_once_and_again_after_a_break() -> None:
    made, lost = outbox()
    assert [made.push(FrameKind.OPERATIONS, PAGE, b"x", 0) for _ in range(3)] == [1, 2, 3]
    assert made.take(20) is None
    assert [seq for seq, _kind, _payload in taken(made)] == [1, 2, 3]
    assert taken(made) == []
    made.acknowledge(2, 1)
    made.resume(1, 1)
    assert [seq for seq, _kind, _payload in taken(made)] == [2, 3]
    assert not made.is_stored
    made.acknowledge(3, 3)
    assert made.is_stored
    assert lost == []


def test_what_does_not_fit_is_named_and_the_page_is_sent_anew() -> None:
    made, lost = outbox()
    for _ in range(9):
        made.push(FrameKind.OPERATIONS, PAGE, PIECE, 0)
    made.push(FrameKind.SNAPSHOT, PAGE, b"x", 0)
    assert taken(made) == [
        (9, FrameKind.GAP, {"from_seq": 1, "to_seq": 8, "reason": "buffer full"}),
        (10, FrameKind.OPERATIONS, {}),
        (11, FrameKind.SNAPSHOT, {}),
    ]
    assert lost == ["lost"]


def test_frame_that_is_refused_leaves_its_place_named() -> None:
    made, lost = outbox()
    for _ in range(3):
        made.push(FrameKind.OPERATIONS, PAGE, b"x", 0)
    made.give_up(2, "bad_frame")
    assert taken(made) == [
        (1, FrameKind.OPERATIONS, {}),
        (2, FrameKind.GAP, {"from_seq": 2, "to_seq": 1, "reason": "bad_frame"}),
        (3, FrameKind.OPERATIONS, {}),
    ]
    assert lost == ["lost"]


def test_what_the_server_has_forgotten_and_nobody_kept_is_named() -> None:
    made, lost = outbox()
    for _ in range(9):
        made.push(FrameKind.OPERATIONS, PAGE, PIECE, 0)
        made.acknowledge(made.next_seq - 1, 0)
    assert lost == []
    made.resume(0, 0)
    sent = taken(made)
    assert sent[0][1] == FrameKind.GAP
    assert sent[0][2]["from_seq"] == 1
    assert [seq for seq, _kind, _payload in sent] == list(range(sent[0][0], 10))
    assert lost == ["lost"]


def test_what_the_server_loses_in_the_midst_of_a_connection_and_nobody_kept_is_named() -> None:
    made, lost = outbox()
    for _ in range(9):
        made.push(FrameKind.OPERATIONS, PAGE, PIECE, 0)
        taken(made)
        made.acknowledge(made.next_seq - 1, 0)
    made.rewind(1)
    sent = taken(made)
    assert sent[0][1] == FrameKind.GAP
    assert sent[0][2]["from_seq"] == 1
    assert [seq for seq, _kind, _payload in sent] == list(range(sent[0][0], 10))
    assert lost == ["lost"]
    assert not made.is_stored
