"""Delta debugging: the shortest list, as far as single steps lead, that still fails (A. Zeller, `ddmin`)."""

from collections.abc import Callable
from typing import TypeVar

Item = TypeVar("Item")


def shrunk(items: list[Item], fails: Callable[[list[Item]], bool]) -> list[Item]:
    """A part of `items`, in their order, that fails and from which no single one can be taken."""
    pieces = 2
    while items:
        size = -(-len(items) // pieces)
        shorter = next((rest for rest in without_one(items, size) if fails(rest)), None)
        if shorter is not None:
            items, pieces = shorter, max(2, pieces - 1)
        elif size == 1:
            break
        else:
            pieces = min(len(items), pieces * 2)
    return items


def without_one(items: list[Item], size: int) -> list[list[Item]]:
    """The list without its first `size`, without the next ones, and so on; the last first, which nothing depends on."""
    starts = range(0, len(items), size)
    return [items[:start] + items[start + size :] for start in reversed(starts)]
