"""The pages of a session as data: what the visitor's browser had at each moment, out of the archive's operations."""

import marshal
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from recordings.archive.export.tree import Node, Numbering, Tree, TreeFault, flat, unflat, with_ids

# Of the states that the visitor may come back to, compressed; of more the oldest go, and such a return is a fault.
KEPT_BYTES = 32 * 1024 * 1024
KEPT_STATES = 8
# Of a digest that names a state.
NAME_LENGTH = 16
MOST_ON_SHELF = 10_000
# Of the lines that filled the shelves of all tabs; read, they take some four times as much.
SHELF_CHARACTERS = 16 * 1024 * 1024


@dataclass
class Change:
    """What a mutation has done: nodes that went and their parents, subtrees that are new or `moved`, and the rest."""

    gone: list[tuple[Node, Node]] = field(default_factory=list)
    placed: list[Node] = field(default_factory=list)
    moved: set[Node] = field(default_factory=set)
    texts: list[Node] = field(default_factory=list)
    attributes: list[tuple[Node, dict[str, str | None]]] = field(default_factory=list)
    extras: list[Node] = field(default_factory=list)


@dataclass
class Page:
    """By node's id: scroll (x, y), values (text, checked), media (paused, seconds), canvas (its picture, as sent).

    `focus` is a node's id or 0; `shown` has a digest of what was told of a node that loads something.
    """

    number: int
    url: str = ""
    title: str = ""
    width: int = 0
    height: int = 0
    tree: Tree | None = None
    scroll: dict[int, tuple[float, float]] = field(default_factory=dict)
    values: dict[int, tuple[str, int]] = field(default_factory=dict)
    media: dict[int, tuple[int, float]] = field(default_factory=dict)
    canvas: dict[int, str] = field(default_factory=dict)
    focus: int = 0
    shown: dict[Node, int] = field(default_factory=dict)
    kept: "OrderedDict[str, bytes]" = field(default_factory=OrderedDict)

    def arrive(self, payload: dict[str, Any]) -> None:
        self.url, self.title = str(payload.get("url", "")), str(payload.get("title", ""))
        self.resize(payload.get("viewport"))

    def resize(self, viewport: Any) -> None:
        """Leave it as it is where nothing of use is said."""
        given = viewport if isinstance(viewport, dict) else {}
        sides = (given.get("width"), given.get("height"))
        if all(isinstance(side, int | float) and 0 < side < 100_000 for side in sides):
            self.width, self.height = round(sides[0]), round(sides[1])  # type: ignore[arg-type]

    def empty(self) -> None:
        """Nothing of it is known but its address and the states that it may come back to."""
        self.tree = None
        for known in (self.scroll, self.values, self.media, self.canvas, self.shown):
            known.clear()

    def tidy(self) -> None:
        """Forget what is said of nodes that are gone."""
        for known in (self.scroll, self.values, self.media, self.canvas):
            for node in [node for node in known if self.tree is None or node not in self.tree]:
                del known[node]

    def settle(self, tree: Tree, volatile: dict[str, Any]) -> None:
        """The page is this now."""
        self.shown = {}
        self.tree = tree
        self.scroll = {node: (x, y) for node, x, y in volatile.get("scroll", ())}
        self.values = {node: (str(text), checked) for node, text, checked in volatile.get("values", ())}
        self.media = {node: (paused, time) for node, paused, time in volatile.get("media", ())}
        self.canvas = {node: str(picture) for node, picture in volatile.get("canvas", ())}
        self.focus = volatile.get("focus", 0)

    def change(self, said: dict[str, Any], first: int | None) -> Change:
        """Apply a mutation, in the order of docs/protocol.md. Raises `TreeFault`, `LookupError` and the like."""
        tree, change = self._tree(), Change()
        for parent_id, node_id in said.get("r", ()):
            parent = tree.node(parent_id)
            gone = tree.remove(parent_id, node_id)
            change.gone.append((gone, parent))
            for node in gone.walk():
                self.shown.pop(node, None)
        numbering = Numbering(lambda _number: None, first or 0)
        for parent_id, next_id, placed in said.get("a", ()):
            node = _node(tree, placed, numbering if first is not None else None)
            if isinstance(placed, int):
                change.moved.add(node)
            tree.insert(parent_id, next_id, node)
            change.placed.append(node)
        for node_id, text in said.get("t", ()):
            change.texts.append(node := tree.node(node_id))
            node.text = str(text)
        for node_id, attributes in said.get("s", ()):
            change.attributes.append((tree.node(node_id), attributes))
            _set_attributes(tree.node(node_id), attributes)
        for node_id, extra in said.get("e", ()):
            change.extras.append(node := tree.node(node_id))
            node.extra = {**extra}
        return change

    def set_rule(self, node_id: int, index: int, text: str | None) -> None:
        """Put a rule into those that a script has written, or take it out. Raises `TreeFault`."""
        node = self._tree().node(node_id)
        rules = [*node.extra.get("rules", ())]
        if not 0 <= index <= len(rules) - (text is None):
            raise TreeFault(f"node {node_id} has no rule {index}")
        rules[index : index + (text is None)] = [] if text is None else [text]
        node.extra = {**node.extra, "rules": rules}

    def _tree(self) -> Tree:
        if self.tree is None:
            raise TreeFault("an operation came before the snapshot of its page")
        return self.tree


def _node(tree: Tree, said: Any, numbering: Numbering | None) -> Node:
    """One that is there, by its id, or a new one."""
    if isinstance(said, int):
        return tree.node(said)
    return numbering.node(said) if numbering else with_ids(said)


def _set_attributes(node: Node, changes: dict[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            node.attributes.pop(name, None)
        else:
            node.attributes[name] = str(value)


class Shelves:
    """What snapshots of a tab refer to by number: of each tab the newest edition; the one filled last at the end."""

    def __init__(self) -> None:
        self._by_tab: dict[int, tuple[int, list[Any]]] = {}
        self._sizes: dict[int, int] = {}

    def put(self, tab: int, edition: int, first: int, subtrees: list[Any], *, characters: int) -> None:
        """Raise `TreeFault`, also where there is no room: of too much, the shelf filled longest ago is cleared."""
        known, shelf = self._by_tab.get(tab, (None, []))
        if known != edition:
            self._forget(tab)
            shelf = []
            if first == 1:
                self._by_tab[tab] = (edition, shelf)
        if not 1 <= first <= len(shelf) + 1 or first + len(subtrees) > MOST_ON_SHELF:
            raise TreeFault("the shelf is not known from its beginning")
        shelf[first - 1 : first - 1 + len(subtrees)] = subtrees
        self._sizes[tab] = self._sizes.pop(tab, 0) + characters
        while sum(self._sizes.values()) > SHELF_CHARACTERS:
            self._forget(next(iter(self._sizes)))
        if tab not in self._by_tab:
            raise TreeFault("there is more on the shelf than an export keeps")

    def look(self, tab: int, edition: int, number: int) -> Any:
        known, shelf = self._by_tab.get(tab, (None, []))
        return shelf[number - 1] if known == edition and 0 < number <= len(shelf) else None

    def _forget(self, tab: int) -> None:
        self._by_tab.pop(tab, None)
        self._sizes.pop(tab, None)


class States:
    """States of pages by their digest, to which the visitor may come back, within `KEPT_BYTES`."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._bytes = 0

    def keep(self, page: Page, digest: str) -> None:
        name = digest[:NAME_LENGTH]
        if page.tree is None or len(name) < NAME_LENGTH:
            return
        self._drop(page, name)
        page.kept[name] = packed = zlib.compress(marshal.dumps(flat(page.tree.root)), 1)
        self._bytes += len(packed)
        self._pages[page.number] = page
        self._pages.move_to_end(page.number)
        while len(page.kept) > KEPT_STATES:
            self._drop(page, next(iter(page.kept)))
        while self._bytes > KEPT_BYTES:
            self.forget(next(iter(self._pages.values())))

    def forget(self, page: Page) -> None:
        """Of a page that closes, or begins anew."""
        for name in [*page.kept]:
            self._drop(page, name)
        self._pages.pop(page.number, None)

    def state(self, page: Page, digest: str) -> Tree:
        """Its tree as it was, numbered anew. Raises `TreeFault`."""
        packed = page.kept.get(digest[:NAME_LENGTH])
        if packed is None:
            raise TreeFault("the state that the visitor came back to is not known")
        return Tree(unflat(marshal.loads(zlib.decompress(packed))))  # noqa: S302  (made by this process a moment ago)

    def _drop(self, page: Page, name: str) -> None:
        self._bytes -= len(page.kept.pop(name, b""))
