"""How likely each bit of a packed page stream is: `web/protocol/guesses.ts`, number for number."""

import copy
import math
from array import array

from assist.channel.arithmetic import Bits

ORDERS = (0, 1, 2, 4)
COUNT = len(ORDERS)
INPUTS = COUNT + 1
FAST = 2
CLOSE_BYTES = 32 * 1024
TABLE_BITS = 16
TABLE_SHIFT = 32 - TABLE_BITS
EVEN = 1 << 15
LIKELY = EVEN + EVEN // 2
LEAST = 64
MOST_COUNT = 12
RATE = 0.015 / 65536
FIRST_WEIGHT = 0.35
SEEN_BYTES = 4
SEEN_BITS = 15
SEEN_SHIFT = 32 - SEEN_BITS
HISTORY_BYTES = 1 << 17
HISTORY = HISTORY_BYTES - 1
SURE_BYTES = 8
LONGEST = 31
SLOW, SLOWER = 4, 5
MIX = 0x9E3779B1
OF_BEGUN = 0x3D4D51CB
WORD = 0xFFFFFFFF
ODDS_STEPS = 256


def _chances() -> list[int]:
    chances = [0] * 4096
    odds = 1.0
    for at in range(2048):
        chances[2048 + at] = min(65520, math.floor((65536 * odds) / (1 + odds)))
        odds *= 1.00391389339
        chances[2047 - at] = max(16, math.floor(65536 / (1 + odds)))
    return chances


def _odds() -> list[float]:
    odds: list[float] = []
    for at in range(4096):
        odds += [(at - 2048) / ODDS_STEPS] * ((CHANCES[at] >> 4) + 1 - len(odds))
    return odds + [2047 / ODDS_STEPS] * (4096 - len(odds))


CHANCES = _chances()
ODDS = _odds()


class Guesses:
    """Read from `bits`, or learn from what is `given`. The loops are in one piece: they take the time."""

    def __init__(self) -> None:
        self._tables = array("H", [EVEN]) * (COUNT << TABLE_BITS)
        self._counts = bytearray(COUNT << TABLE_BITS)
        self._weights = array("d", [FIRST_WEIGHT]) * (3 * 256 * INPUTS)
        self._history = bytearray(HISTORY_BYTES)
        self._seen = array("i", [0]) * (1 << SEEN_BITS)
        self._again_bit = [LIKELY] * SURE_BYTES
        self._again_byte = [LIKELY] * ((LONGEST + 1) << 7)
        self._ends = [EVEN]
        self._length = 0
        self._repeated = 0
        self._repeated_length = 0
        self._batch_bytes = 0

    def copy(self) -> "Guesses":
        return copy.deepcopy(self)

    def end(self, bits: Bits, given: int = 0) -> int:
        """Whether the batch is complete with the last byte."""
        taken = _followed(bits, given, self._ends, 0)
        if taken:
            self._batch_bytes = 0
        return taken

    def byte(self, bits: Bits, given: int = 0) -> int:
        byte = self._again(bits, given)
        if byte is None:
            byte = self._quick(bits, given) if self._batch_bytes >= CLOSE_BYTES else self._close(bits, given)
        self._note(byte)
        return byte

    def _again(self, bits: Bits, given: int) -> int | None:
        if self._repeated_length < (1 if self._batch_bytes >= CLOSE_BYTES else SURE_BYTES):
            return None
        expected = self._history[self._repeated & HISTORY]
        place = min(self._repeated_length, LONGEST) >> 1 << 8 | expected
        if _followed(bits, int(given == expected), self._again_byte, place):
            return expected
        self._repeated_length = 0
        return None

    def _quick(self, bits: Bits, given: int) -> int:
        tables, counts, first, hash_ = self._tables, self._counts, FAST << TABLE_BITS, self._mixed(ORDERS[FAST])
        begun = 1
        for at in range(7, -1, -1):
            place = first + ((((hash_ + begun * OF_BEGUN) * MIX) & WORD) >> TABLE_SHIFT)
            chance, count = tables[place], counts[place]
            taken = bits.next(given >> at & 1, _bounded(chance))
            tables[place] = chance + int(((65535 if taken else 0) - chance) / (count + 1.5))
            if count < MOST_COUNT:
                counts[place] = count + 1
            begun = begun << 1 | taken
        return begun & 0xFF

    def _close(self, bits: Bits, given: int) -> int:
        tables, counts, weights, odds = self._tables, self._counts, self._weights, ODDS
        hashes = [(i << TABLE_BITS, self._mixed(order)) for i, order in enumerate(ORDERS)]
        begun = 1
        for at in range(7, -1, -1):
            own = ((self._state() << 8) + begun) * INPUTS
            mixed, places = begun * OF_BEGUN, []
            for first, hash_ in hashes:
                places.append(first + ((((hash_ + mixed) * MIX) & WORD) >> TABLE_SHIFT))
            said = [odds[tables[place] >> 4] if counts[place] else 0.0 for place in places]
            expected = self._ask_again(said, at)
            total = 0.0
            for i in range(INPUTS):
                total += weights[own + i] * said[i]
            chance = CHANCES[max(0, min(4095, math.floor(total * ODDS_STEPS) + 2048))]
            taken = bits.next(given >> at & 1, chance)
            error, goal = ((taken << 16) - chance) * RATE, 65535 if taken else 0
            for i in range(INPUTS):
                weights[own + i] += error * said[i]
            for place in places:
                chance, count = tables[place], counts[place]
                tables[place] = chance + int((goal - chance) / (count + 1.5))
                if count < MOST_COUNT:
                    counts[place] = count + 1
            if expected >= 0:
                self._learn_again(taken == expected)
            begun = begun << 1 | taken
        return begun & 0xFF

    def _state(self) -> int:
        if not self._repeated_length:
            return 0
        return 1 if self._repeated_length < SURE_BYTES - 2 else 2

    def _ask_again(self, said: list[float], at: int) -> int:
        """Adds what it says; the bit that comes if what is repeated goes on, or -1."""
        if not self._repeated_length:
            said.append(0.0)
            return -1
        expected = self._history[self._repeated & HISTORY] >> at & 1
        odds = ODDS[self._again_bit[self._repeated_length] >> 4]
        said.append(odds if expected else -odds)
        return expected

    def _learn_again(self, is_so: bool) -> None:
        place = self._repeated_length
        self._again_bit[place] = _moved(self._again_bit[place], is_so, SLOWER)
        if not is_so:
            self._repeated_length = 0

    def _mixed(self, count: int) -> int:
        hash_ = self._hash(count)
        return ((hash_ ^ (hash_ >> 15)) * MIX) & WORD

    def _hash(self, count: int) -> int:
        """Of the last bytes."""
        hash_, history, length = count + 1, self._history, self._length
        for back in range(1, count + 1):
            hash_ = (hash_ * MIX + history[(length - back) & HISTORY] + 1) & WORD
        return hash_

    def _note(self, byte: int) -> None:
        self._history[self._length & HISTORY] = byte
        self._length += 1
        self._batch_bytes += 1
        place = ((self._hash(SEEN_BYTES) * MIX) & WORD) >> SEEN_SHIFT
        if self._repeated_length:
            self._repeated += 1
            self._repeated_length += 1
        else:
            self._find(self._seen[place])
        self._seen[place] = self._length

    def _find(self, before: int) -> None:
        history, length = self._history, self._length
        if not before or length - before > HISTORY_BYTES - LONGEST:
            return
        same = 0
        while same < LONGEST and history[(before - 1 - same) & HISTORY] == history[(length - 1 - same) & HISTORY]:
            same += 1
        if same >= SEEN_BYTES:
            self._repeated, self._repeated_length = before, same


def _followed(bits: Bits, given: int, chances: list[int], place: int) -> int:
    """A bit by a chance that follows it."""
    taken = bits.next(given, _bounded(chances[place]))
    chances[place] = _moved(chances[place], taken > 0, SLOW)
    return taken


def _moved(chance: int, is_so: bool, slowness: int) -> int:
    return chance + ((65535 - chance) >> slowness) if is_so else chance - (chance >> slowness)


def _bounded(chance: int) -> int:
    return max(LEAST, min(65536 - LEAST, chance))
