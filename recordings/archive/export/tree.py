"""A page as a tree of nodes with ids, as `web/protocol/tree.ts` has it: what an archive's operations change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_NODES = 200_000
MAX_DEPTH = 512
ELEMENT, TEXT, CDATA, COMMENT, DOCUMENT, DOCTYPE, SHADOW = 1, 3, 4, 8, 9, 10, 11
# The subtree with a number on the shelf, bare; None where there is none.
Look = Callable[[int], Any]


class TreeFault(ValueError):
    """What was said does not fit the tree, or would make it too large."""


@dataclass(eq=False, repr=False, slots=True)
class Node:
    """`text` of texts, comments and CDATA; `names` (name, publicId, systemId) of a doctype.

    Siblings are linked (`before`, `after`): a place among 200,000 of them is found at once.
    """

    kind: int
    id: int
    tag: str = ""
    text: str = ""
    names: tuple[str, str, str] = ("", "", "")
    attributes: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    parent: "Node | None" = None
    first: "Node | None" = None
    last: "Node | None" = None
    before: "Node | None" = None
    after: "Node | None" = None

    @property
    def holds_children(self) -> bool:
        return self.kind in (ELEMENT, DOCUMENT, SHADOW)

    @property
    def children(self) -> Iterator["Node"]:
        child = self.first
        while child:
            yield child
            child = child.after

    def put(self, child: "Node", *, following: "Node | None" = None) -> None:
        """Before a child, or at the end; `child` is nobody's."""
        child.parent, child.after = self, following
        child.before = following.before if following else self.last
        if child.before:
            child.before.after = child
        else:
            self.first = child
        if following:
            following.before = child
        else:
            self.last = child

    def take(self, child: "Node") -> None:
        """It still knows whose it was."""
        if child.before:
            child.before.after = child.after
        else:
            self.first = child.after
        if child.after:
            child.after.before = child.before
        else:
            self.last = child.before
        child.before = child.after = None

    def walk(self) -> Iterator["Node"]:
        """Itself and all that is in it, in the order of the document."""
        open_nodes = [self]
        while open_nodes:
            node = open_nodes.pop()
            yield node
            child = node.last
            while child:
                open_nodes.append(child)
                child = child.before


class Numbering:
    """Gives nodes that come without ids their ids, in pre-order from `first` on."""

    def __init__(self, look: Look, first: int = 1) -> None:
        self._look, self._next, self._end = look, first, first + MAX_NODES

    def node(self, bare: Any, *, depth: int = 0, below: float = float("inf")) -> Node:
        """`below`: what is on the shelf refers to what was put there before it. Raises `TreeFault`."""
        if isinstance(bare, int):
            found = self._look(bare) if bare < below else None
            if found is None:
                raise TreeFault(f"nothing with the number {bare} is on the shelf")
            return self.node(found, depth=depth, below=bare)
        if depth > MAX_DEPTH or self._next >= self._end:
            raise TreeFault("the tree is too deep or too large")
        number, self._next = self._next, self._next + 1
        if isinstance(bare, str):
            return Node(TEXT, number, text=bare)
        made, children = _read(bare[0], number, bare[1:])
        for child in children:
            made.put(self.node(child, depth=depth + 1, below=below))
        return made


def with_ids(said: Any, *, depth: int = 0) -> Node:
    """A node of a tree whose nodes have ids. Raises `TreeFault`."""
    if depth > MAX_DEPTH:
        raise TreeFault("the tree is too deep")
    made, children = _read(said[0], said[1], said[2:])
    for child in children:
        made.put(with_ids(child, depth=depth + 1))
    return made


def _read(kind: int, number: int, parts: list[Any]) -> tuple[Node, list[Any]]:
    """The node and what its children are made of."""
    match (kind, *parts):
        case (1, str(tag), dict(attributes), list(children), *extra):
            return Node(kind, number, tag=tag, attributes={**attributes}, extra=_extra(*extra)), children
        case (9 | 11, list(children), *extra):
            return Node(kind, number, extra=_extra(*extra)), children
        case (10, str(name), str(public), str(system)):
            return Node(kind, number, names=(name, public, system)), []
        case (3 | 4 | 8, str(text)):
            return Node(kind, number, text=text), []
        case _:
            raise TreeFault("a node is none of those that there are")


def _extra(extra: dict[str, Any] | None = None) -> dict[str, Any]:
    return {**extra} if extra else {}


def flat(root: Node) -> list[tuple[Any, ...]]:
    """All nodes in pre-order without their ids, however deep they are, each with how many children it has."""
    return [
        (node.kind, node.tag, node.text, node.names, node.attributes, node.extra, sum(1 for _ in node.children))
        for node in root.walk()
    ]


def unflat(nodes: list[tuple[Any, ...]]) -> Node:
    """The tree that `flat` was given, numbered anew in pre-order from 1."""
    root, waiting = Node(0, 0), [1]
    parents = [root]
    for number, (kind, tag, text, names, attributes, extra, children) in enumerate(nodes, start=1):
        while not waiting[-1]:
            waiting.pop(), parents.pop()
        waiting[-1] -= 1
        node = Node(kind, number, tag, text, names, {**attributes}, {**extra})
        parents[-1].put(node)
        waiting.append(children)
        parents.append(node)
    (made,) = root.children
    made.parent = None
    return made


class Tree:
    def __init__(self, root: Node) -> None:
        if root.kind != DOCUMENT:
            raise TreeFault("no document")
        self.root = root
        self._nodes: dict[int, Node] = {}
        self._register(root)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._nodes

    def node(self, node_id: int) -> Node:
        try:
            return self._nodes[node_id]
        except (KeyError, TypeError):
            raise TreeFault(f"node {node_id} is not in the tree") from None

    def remove(self, parent_id: int, node_id: int) -> Node:
        node, parent = self.node(node_id), self.node(parent_id)
        if node.parent is not parent:
            raise TreeFault(f"node {node_id} is no child of {parent_id}")
        parent.take(node)
        for gone in node.walk():
            del self._nodes[gone.id]
        return node

    def insert(self, parent_id: int, next_id: int, node: Node) -> None:
        """Before the child `next_id`, or at the end where that is 0; a node of this parent moves."""
        parent, following = self.node(parent_id), self.node(next_id) if next_id else None
        if not parent.holds_children or following is node or (following and following.parent is not parent):
            raise TreeFault(f"no place before {next_id} in {parent_id}")
        if node.id in self and self.node(node.id) is node:
            if node.parent is not parent:
                raise TreeFault(f"node {node.id} can't move: it has another parent")
            parent.take(node)
        else:
            self._register(node)
        parent.put(node, following=following)

    def _register(self, node: Node) -> None:
        for new in node.walk():
            if new.id in self._nodes or len(self._nodes) >= MAX_NODES:
                raise TreeFault(f"node {new.id} is there already, or one too many")
            self._nodes[new.id] = new
