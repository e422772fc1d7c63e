"""Frames from the moment they are made until they are durable at the server.

At most `MEMORY_BYTES` are kept. What has to be given up beyond that is named in a GAP frame; frames that the server has
stored go first, since they are missing only if the server's memory is lost as well.
"""

import json
import time
from collections.abc import Callable
from typing import NamedTuple

from alongside_client.wire import TAB_SHIFT, Frame, FrameKind, encode_frame

MEMORY_BYTES = 8 * 1024 * 1024


class Kept(NamedTuple):
    """`begins_at` is the first seq that it stands for: a GAP stands for those that it names as well."""

    seq: int
    data: bytes
    begins_at: int


class Outbox:
    def __init__(self, tab: int, *, on_given_up: Callable[[], None]) -> None:
        self.tab = tab
        self.next_seq = 1
        self._on_given_up = on_given_up
        self._frames: list[Kept] = []
        self._bytes = 0
        self._stored = 0
        # Highest seq that went out on the connection of now.
        self._sent = 0

    def push(self, kind: int, page: int, payload: bytes, flags: int) -> int:
        """The seq of the new frame."""
        seq = self.next_seq
        self.next_seq += 1
        self._keep(len(self._frames), Frame(kind, flags, page, seq, time.time() * 1000, payload))
        if self._bytes > MEMORY_BYTES:
            self._make_room()
        return seq

    def resume(self, stored: int, durable: int) -> None:
        """A new connection: the server has everything up to `stored`, and safe everything up to `durable`."""
        self.acknowledge(stored, durable)
        self.next_seq = max(self.next_seq, stored + 1)
        self.rewind(stored + 1)

    def acknowledge(self, stored: int, durable: int) -> None:
        self._stored = max(self._stored, stored)
        self._drop(lambda frame: frame.seq <= durable)

    def rewind(self, expected: int) -> None:
        """The server goes on from there: what it had of it, it has lost. What is not kept here either is named."""
        self._stored, self._sent = min(self._stored, expected - 1), expected - 1
        holes = self._holes(expected)
        for first, last in holes:
            self._name_gap(first, last, "not kept")
        if holes:
            self._on_given_up()

    def give_up(self, seq: int, reason: str) -> None:
        """The server will never take this frame: its place is named."""
        if any(frame.seq == seq for frame in self._frames):
            self._drop(lambda frame: frame.seq == seq)
            self._name_gap(seq, seq, reason)
            self._on_given_up()

    def take(self, credit: int) -> bytes | None:
        """The next frame to send, if it fits into `credit` bytes."""
        following = next((frame for frame in self._frames if frame.seq > self._sent), None)
        if following is None or len(following.data) > credit:
            return None
        self._sent = following.seq
        return following.data

    def unsent_bytes(self) -> int:
        return sum(len(frame.data) for frame in self._frames if frame.seq > self._sent)

    @property
    def is_stored(self) -> bool:
        """Whether the server has all that was made so far."""
        return self._stored >= self.next_seq - 1

    def _holes(self, expected: int) -> list[tuple[int, int]]:
        """What the server has lost, and is not kept here any more: (first, last) seq, from `expected` on."""
        holes = []
        for frame in self._frames:
            if frame.seq >= expected:
                if frame.begins_at > expected:
                    holes.append((expected, frame.begins_at - 1))
                expected = frame.seq + 1
        return [*holes, (expected, self.next_seq - 1)] if expected < self.next_seq else holes

    def _keep(self, at: int, frame: Frame, *, begins_at: int = 0) -> None:
        data = encode_frame(frame)
        self._frames.insert(at, Kept(frame.seq, data, begins_at or frame.seq))
        self._bytes += len(data)

    def _drop(self, goes: Callable[[Kept], bool]) -> None:
        self._frames = [frame for frame in self._frames if not goes(frame)]
        self._bytes = sum(len(frame.data) for frame in self._frames)

    def _make_room(self) -> None:
        """A page's frames are one compressed stream: without its beginning the rest is of no use."""
        while self._bytes > MEMORY_BYTES and self._frames[0].seq <= self._stored:
            self._bytes -= len(self._frames.pop(0).data)
        if self._bytes > MEMORY_BYTES:
            self._drop(lambda _frame: True)
            self._name_gap(self._stored + 1, self.next_seq - 1, "buffer full")
            self._on_given_up()

    def _name_gap(self, first: int, last: int, reason: str) -> None:
        """It takes the number after the frames that it names, or that of the last of them where the next is taken."""
        is_end = last == self.next_seq - 1
        seq = self.next_seq if is_end else last
        self.next_seq += is_end
        payload = json.dumps({"from_seq": first, "to_seq": seq - 1, "reason": reason}).encode()
        at = next((at for at, frame in enumerate(self._frames) if frame.seq > seq), len(self._frames))
        gap = Frame(FrameKind.GAP, 0, self.tab << TAB_SHIFT, seq, time.time() * 1000, payload)
        self._keep(at, gap, begins_at=min(first, seq))
