"""What of the tabs' shelves is text: subtrees that snapshots refer to by number, within a bound for a whole session."""

from collections.abc import Iterator
from typing import Any

from recordings.search.trees import texts_of

# Of all texts that are on the shelves at once. A part counts as so many more, for what it takes besides.
SHELF_CHARACTERS = 1024 * 1024
PART_CHARACTERS = 16
DIGEST_LENGTH = 64
NUMBER_MAX = 10_000


class Shelves:
    """`is_short` once something had no room."""

    def __init__(self) -> None:
        self._tabs: dict[int, dict[int, list[str | int] | bytes]] = {}
        self._held = 0
        self.is_short = False

    def put(self, tab: int, first: int, nodes: list[Any]) -> None:
        """On a tab's shelf; a new edition begins at the first place."""
        if first == 1:
            for number in [*self._tabs.get(tab, ())]:
                self.take(tab, number)
        if not 0 < first <= NUMBER_MAX:
            return
        for number, node in enumerate(nodes[: NUMBER_MAX - first + 1], start=first):
            self.take(tab, number)
            room = SHELF_CHARACTERS - self._held - PART_CHARACTERS
            if room < DIGEST_LENGTH:
                self.is_short = True
                return
            kept = node[0].encode(errors="replace") if _is_stored(node) else [*self._within(room, texts_of(node))]
            self._tabs.setdefault(tab, {})[number] = kept
            self._held += _size(kept)

    def take(self, tab: int, number: int) -> list[str | int] | bytes | None:
        """Texts and numbers in order, or the digest of a stored subtree; None for what is not there (any more)."""
        shelf = self._tabs.get(tab, {})
        kept = shelf.pop(number, None)
        if kept is not None:
            self._held -= _size(kept)
        if not shelf:
            self._tabs.pop(tab, None)
        return kept

    def _within(self, room: int, parts: Iterator[str | int]) -> Iterator[str | int]:
        for part in parts:
            room -= _size([part]) - PART_CHARACTERS
            if room < 0:
                self.is_short = True
                return
            if isinstance(part, str) or part <= NUMBER_MAX:
                yield part


def _is_stored(node: Any) -> bool:
    is_one = isinstance(node, list) and len(node) == 1 and isinstance(node[0], str)
    return is_one and len(node[0]) == DIGEST_LENGTH


def _size(kept: list[str | int] | bytes) -> int:
    if isinstance(kept, bytes):
        return PART_CHARACTERS + len(kept)
    texts = sum(len(part) for part in kept if isinstance(part, str))
    return PART_CHARACTERS * (1 + len(kept)) + texts
