"""What the mutations of a page stream say, with what they leave out put in again (docs/protocol.md, "Operations").

The reading side of `web/protocol/forms.ts` and `web/protocol/sent_mutation.ts`, for who reads an archive in Python.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from recordings.archive.streams import MAX_INFLATED_BYTES

LEAST_VALUES = 4
MOST_NODES = 200
MOST_FORMS = 2000
# Characters of what is put in again, and so many for each node.
NODE_LENGTH = 16
ELEMENT, CDATA, COMMENT = 1, 4, 8


class NotSaid(ValueError):
    """The mutation refers to what its stream has not said, or to too much of it."""


@dataclass
class _Form:
    tree: Any
    values: list[str]
    nodes: int


@dataclass(frozen=True)
class _Shape:
    key: str
    values: list[str]
    nodes: int


class _Forms:
    """Subtrees that differ only in their values from one that was there before."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._forms: list[_Form] = []
        self.length = 0

    def size(self, node_characters: int) -> int:
        of_values = sum(sum(map(len, form.values)) for form in self._forms)
        return of_values + node_characters * sum(form.nodes for form in self._forms)

    def read(self, node: Any) -> Any:
        if isinstance(node, list) and node and node[0] == 0:
            return self._filled(node)
        at = _children_at(node)
        if at is None:
            return node
        read = [*node]
        read[at] = [self.read(child) for child in node[at]]
        self._note(read)
        return read

    def _note(self, node: Any) -> None:
        shape = _shape(node) if _is_element(node) else None
        is_new = shape and len(shape.values) >= LEAST_VALUES and shape.key not in self._numbers
        if shape and is_new and len(self._forms) < MOST_FORMS:
            self._numbers[shape.key] = len(self._forms)
            self._forms.append(_Form(node, shape.values, shape.nodes))

    def _filled(self, reference: list[Any]) -> Any:
        _zero, number, *said = reference
        if not 0 <= number < len(self._forms):
            raise NotSaid("a form has not been said before")
        form = self._forms[number]
        form.values = [
            said[at] if at < len(said) and isinstance(said[at], str) else last for at, last in enumerate(form.values)
        ]
        self.length += sum(map(len, form.values)) + form.nodes * NODE_LENGTH
        if self.length > MAX_INFLATED_BYTES:
            raise NotSaid("its forms are too long")
        return _refilled(form.tree, iter(form.values))


def _is_element(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and node[0] == ELEMENT


def _children_at(node: Any) -> int | None:
    if not isinstance(node, list) or not node:
        return None
    at = 3 if node[0] == ELEMENT else 1
    return at if len(node) > at and isinstance(node[at], list) else None


def _shape(node: Any) -> _Shape | None:
    """None for what is larger than a row of a table is, or has something in it that is no value."""
    if isinstance(node, str):
        return _Shape("t", [node], 1)
    if not _is_element(node):
        is_leaf = isinstance(node, list) and node[0] in (CDATA, COMMENT)
        return _Shape(str(node[0]), [node[1]], 1) if is_leaf else None
    _element, tag, attributes, children, *extra = node
    if any(extra):
        return None
    key, values, nodes = [json.dumps([tag, list(attributes)])], list(attributes.values()), 1
    for child in children:
        shape = _shape(child)
        nodes += shape.nodes if shape else MOST_NODES
        if shape is None or nodes > MOST_NODES:
            return None
        values += shape.values
        key.append(shape.key)
    return _Shape("".join(key) + ";", values, nodes)


def _refilled(tree: Any, values: Iterator[str]) -> Any:
    if isinstance(tree, str):
        return next(values)
    if not _is_element(tree):
        return [tree[0], next(values)]
    _element, tag, attributes, children, *_extra = tree
    filled = {name: next(values) for name in attributes}
    return [ELEMENT, tag, filled, [_refilled(child, values) for child in children]]


@dataclass
class Said:
    """Of one stream, whose mutations it is given in order."""

    sheets: list[list[str]] = field(default_factory=list)
    forms: _Forms = field(default_factory=_Forms)

    def size(self, node_characters: int) -> int:
        """Characters that it holds, with so many more for each node."""
        return sum(len(rule) for sheet in self.sheets for rule in sheet) + self.forms.size(node_characters)

    def mutation(self, change: dict[str, Any], first: int | None) -> dict[str, Any]:
        """`{"r": [[parent, id]…], "a": [[parent, next, node|id]…], "t", "s", "e"}`, ids as they are.

        New nodes are bare, to be numbered from `first` on; without `first` they have their ids. Raises `NotSaid`, and
        `LookupError`, `TypeError` or `ValueError` for what is no mutation.
        """
        if first is None:
            return change
        self.forms.length = self._put_sheets(change.get("a")) + self._put_sheets(change.get("e"))
        plain = {**change}
        plain["r"] = [[parent, gone] for parent, *ids in change.get("r", ()) for gone in accumulate(ids)]
        plain["a"] = [
            [parent, after, node if isinstance(node, int) else self.forms.read(node)]
            for parent, after, *nodes in change.get("a", ())
            for node in nodes
        ]
        plain["t"], plain["s"] = (list(_absolute(change.get(part, ()))) for part in ("t", "s"))
        return plain

    def _put_sheets(self, said: Any) -> int:
        """Put adopted sheets in where their numbers stand; how long those are together."""
        if isinstance(said, list):
            return sum(self._put_sheets(part) for part in said)
        if not isinstance(said, dict) or not isinstance(said.get("adopted"), list):
            return 0
        length = 0
        for at, sheet in enumerate(said["adopted"]):
            if isinstance(sheet, int):
                if not 0 <= sheet < len(self.sheets):
                    raise NotSaid("a style sheet has not been said before")
                said["adopted"][at] = self.sheets[sheet]
                length += sum(map(len, self.sheets[sheet]))
            else:
                self.sheets.append(sheet)
        if length > MAX_INFLATED_BYTES:
            raise NotSaid("its style sheets are too long")
        return length


def _absolute(pairs: Iterable[list[Any]]) -> Iterator[list[Any]]:
    at = 0
    for difference, value in pairs:
        at += difference
        yield [at, value]


def positions(path: list[Any]) -> list[tuple[float, float, float, int]]:
    """(ms after the operation, x, y, node) of one stretch of a pointer's path."""
    delay, x, y, node, *further = path
    found = [(delay, x, y, node)]
    for at in range(0, len(further) - 2, 3):
        delay, x, y = delay + further[at], x + further[at + 1], y + further[at + 2]
        found.append((delay, x, y, node))
    return found
