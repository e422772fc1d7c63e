"""The bits of a packed batch: what an arithmetic coder has written (`web/protocol/packing.ts`)."""

from typing import Protocol

WORD = 0xFFFFFFFF
# So many bytes behind the end may be looked at, which stand for zeros.
AHEAD = 4


class Bits(Protocol):
    def next(self, given: int, chance: int) -> int:
        """The bit that comes, by the chance of a 1, of 65,536."""


class Given:
    """What is known already."""

    def next(self, given: int, _chance: int) -> int:
        return given


class Written:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at
        self._low, self._high, self._value = 0, WORD, 0
        for _ in range(AHEAD):
            self._shift()

    @property
    def is_whole(self) -> bool:
        """Whether a writer who is there has written as many bytes."""
        return self._at - AHEAD + bool(self._low) == len(self._data)

    @property
    def is_beyond(self) -> bool:
        """Whether more was read than was written."""
        return self._at > len(self._data) + AHEAD

    def next(self, _given: int, chance: int) -> int:
        low, high = self._low, self._high
        middle = low + ((high - low) * chance >> 16)
        if self._value <= middle:
            bit, high = 1, middle
        else:
            bit, low = 0, middle + 1
        while (low ^ high) >> 24 == 0:
            low, high = low << 8 & WORD, high << 8 & WORD | 0xFF
            self._shift()
        self._low, self._high = low, high
        return bit

    def _shift(self) -> None:
        byte = self._data[self._at] if self._at < len(self._data) else 0
        self._value = self._value << 8 & WORD | byte
        self._at += 1
