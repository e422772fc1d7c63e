"""What makes one page tree into another: native pages are handed over whole, and only this travels."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from alongside_client.native import DOCTYPE, DOCUMENT, ELEMENT, TEXT
from alongside_client.page import Json, Node

# So many nodes of a subtree are looked at for the text that tells it from its siblings.
NAME_STEPS = 8


def difference(before: Node, after: Node) -> tuple[Json | None, Node]:
    """What makes `before` into `after`, as a mutation, and the tree that results: kept nodes keep their ids."""
    change = _Change(next_id=largest_id(before) + 1)
    result = change.merge(before, after)
    return change.document or None, result


def children_of(node: Node) -> list[Node]:
    return node[-1] if node[0] in (ELEMENT, DOCUMENT) else []


def largest_id(node: Node) -> int:
    return max([node[1], *(largest_id(child) for child in children_of(node))])


@dataclass
class _Change:
    next_id: int
    document: Json = field(default_factory=dict)

    def add(self, kind: str, entry: list[Any]) -> None:
        self.document.setdefault(kind, []).append(entry)

    def merge(self, old: Node, now: Node) -> Node:
        if old[0] in (TEXT, DOCTYPE):
            if old[2] != now[2]:
                self.add("t", [old[1], now[2]])
            return [old[0], old[1], *now[2:]]
        if old[0] == ELEMENT:
            self.attributes(old, now)
        children = self.children(old, now)
        return [*old[:2], *now[2:4], children] if old[0] == ELEMENT else [old[0], old[1], children]

    def attributes(self, old: Node, now: Node) -> None:
        changes = {name: value for name, value in now[3].items() if old[3].get(name) != value}
        changes.update({name: None for name in old[3] if name not in now[3]})
        if changes:
            self.add("s", [old[1], changes])

    def children(self, old: Node, now: Node) -> list[Node]:
        were, are = children_of(old), children_of(now)
        partners = _partners(were, are)
        kept = {known[1] for known in partners if known}
        for gone in were:
            if gone[1] not in kept:
                self.add("r", [old[1], gone[1]])
        places = dict(misplaced([node[1] for node in were], [known[1] if known else 0 for known in partners]))
        return [self.child(old, child, partners[at], places.get(at)) for at, child in enumerate(are)]

    def child(self, parent: Node, child: Node, known: Node | None, following: int | None) -> Node:
        merged = self.merge(known, child) if known else self.fresh(child)
        if following is not None:
            self.add("a", [parent[1], following, known[1] if known else merged])
        return merged

    def fresh(self, node: Node) -> Node:
        self.next_id += 1
        copy: Node = [node[0], self.next_id - 1, *node[2:]]
        if node[0] == ELEMENT:
            copy[4] = [self.fresh(child) for child in node[4]]
        return copy


def _partners(were: list[Node], are: list[Node]) -> list[Node | None]:
    """For each node of now the one that it was: of the same kind and with the same text, else of the same kind."""
    by_name = _taken(were, are, key=_name)
    used = {known[1] for known in by_name if known}
    unknown = [node for node, known in zip(are, by_name, strict=True) if known is None]
    rest = iter(_taken([node for node in were if node[1] not in used], unknown, key=_kind))
    return [known or next(rest) for known in by_name]


def _taken(nodes: list[Node], seekers: list[Node], *, key: Callable[[Node], str]) -> list[Node | None]:
    """For each seeker the next of the nodes that has the same key."""
    waiting: dict[str, list[Node]] = {}
    for node in reversed(nodes):
        waiting.setdefault(key(node), []).append(node)
    lines = (waiting.get(key(seeker)) for seeker in seekers)
    return [line.pop() if line else None for line in lines]


def _kind(node: Node) -> str:
    return str(node[2]) if node[0] == ELEMENT else str(node[0])


def _name(node: Node) -> str:
    steps = NAME_STEPS

    def first_text(at: Node) -> str:
        nonlocal steps
        steps -= 1
        if steps < 0 or at[0] == DOCTYPE:
            return ""
        if at[0] == TEXT:
            return str(at[2])
        for child in children_of(at):
            text = first_text(child)
            if text or steps <= 0:
                return text
        return ""

    return f"{_kind(node)} {first_text(node)}"


def misplaced(before: list[int], now: list[int]) -> list[tuple[int, int]]:
    """Which of the children `now` are not where they were `before`, as (position, id of the next that need not move).

    Ids are 0 for what is new; 0 as the next means at the end.
    """
    places = {node: at for at, node in enumerate(before)}
    kept = [at for at, node in enumerate(now) if node in places]
    stays = {kept[at] for at in longest_increasing([places[now[at]] for at in kept])}
    found, following = [], 0
    for at in range(len(now) - 1, -1, -1):
        if at in stays:
            following = now[at]
        else:
            found.append((at, following))
    return found[::-1]


def longest_increasing(values: list[int]) -> list[int]:
    """Positions of a longest increasing subsequence, ascending (patience sorting)."""
    tails: list[int] = []
    tops: list[int] = []
    previous: list[int] = []
    for at, value in enumerate(values):
        low = bisect_left(tops, value)
        previous.append(tails[low - 1] if low else -1)
        tails[low : low + 1] = [at]
        tops[low : low + 1] = [value]
    found, at = [], tails[-1] if tails else -1
    while at >= 0:
        found.append(at)
        at = previous[at]
    return found[::-1]
