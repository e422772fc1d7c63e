"""What changed in the page that is shown, as incremental events of rrweb."""

from collections.abc import Iterable, Iterator
from typing import Any

from recordings.archive.export.nodes import Json, Serializer, documents_in, holder, inner
from recordings.archive.export.pages import Change
from recordings.archive.export.tree import DOCUMENT, SHADOW, Node

INCREMENTAL, MUTATION, ADOPTED = 3, 0, 15


def mutation_events(change: Change, serializer: Serializer) -> Iterator[Json]:
    """One event of the whole mutation, then one for each document of a frame, and one for each adopted sheet."""
    placed = [node for node in _outermost(change.placed) if node.kind != DOCUMENT]
    attributes = [{"id": node.id, "attributes": changes} for node, changes in _attributes(change, serializer)]
    yield _mutation(
        removes=[*_removes(change), *_moved(placed, change)],
        adds=[add for node in _last_first(placed) for add in _adds(node, serializer)],
        texts=[{"id": node.id, "value": node.text} for node in change.texts],
        attributes=attributes,
    )
    for node in _outermost(change.placed):
        yield from frames_attached(node, serializer)
        yield from sheets_adopted(node)
    for node in change.extras:
        yield from _adopted(node)


def frames_attached(node: Node, serializer: Serializer) -> Iterator[Json]:
    """The documents of all frames in it, outer ones first."""
    for document in documents_in(node):
        assert document.parent
        add = {"parentId": document.parent.id, "nextId": None, "node": serializer.whole(document)}
        yield _mutation(adds=[add], isAttachIframe=True)


def sheets_adopted(node: Node) -> Iterator[Json]:
    for found in node.walk():
        yield from _adopted(found)


def _adopted(node: Node) -> Iterator[Json]:
    """Ids of sheets are the node's own: a sheet that two share is told to each."""
    if "adopted" not in node.extra:
        return
    sheets = node.extra["adopted"]
    owner = node.parent if node.kind == SHADOW and node.parent else node
    ids = [owner.id * 1000 + at + 1 for at in range(len(sheets))]
    styles = [
        {"styleId": style, "rules": [{"rule": rule, "index": at} for at, rule in enumerate(sheet)]}
        for style, sheet in zip(ids, sheets, strict=True)
    ]
    yield {"type": INCREMENTAL, "data": {"source": ADOPTED, "id": owner.id, "styleIds": ids, "styles": styles}}


def _outermost(nodes: Iterable[Node]) -> list[Node]:
    """Each once, without those that are in another of them, or were taken out again."""
    chosen = {id(node): node for node in nodes}
    return [node for node in chosen.values() if node.parent and not any(id(above) in chosen for above in _above(node))]


def _above(node: Node) -> Iterator[Node]:
    at = node.parent
    while at:
        yield at
        at = at.parent


def _removes(change: Change) -> Iterator[Json]:
    for node, parent in change.gone:
        if node.kind == SHADOW:
            yield from ({"parentId": parent.id, "id": child.id, "isShadow": True} for child in node.children)
        elif node.kind != DOCUMENT:
            yield _remove(node, parent)


def _moved(placed: list[Node], change: Change) -> Iterator[Json]:
    yield from (_remove(node, node.parent) for node in placed if node in change.moved and node.parent)


def _remove(node: Node, parent: Node) -> Json:
    if parent.kind == SHADOW and parent.parent:
        return {"parentId": parent.parent.id, "id": node.id, "isShadow": True}
    return {"parentId": parent.id, "id": node.id}


def _last_first(nodes: list[Node]) -> list[Node]:
    """So that the sibling before which a node goes is there already."""
    parents = {node.parent for node in nodes if node.parent}
    places = {id(parent): {id(child): at for at, child in enumerate(parent.children)} for parent in parents}
    return sorted(nodes, key=lambda node: -places[id(node.parent)][id(node)])


def _adds(node: Node, serializer: Serializer) -> Iterator[Json]:
    """Of a subtree one for each node, since rrweb adds none with what is in it."""
    if node.kind == SHADOW:
        for child in node.children:
            yield from _adds_below(child, serializer, next_id=None)
    else:
        yield from _adds_below(node, serializer, next_id=_next_id(node))


def _adds_below(node: Node, serializer: Serializer, *, next_id: int | None) -> Iterator[Json]:
    parent = holder(node)
    assert parent
    yield {"parentId": parent.id, "nextId": next_id, "node": serializer.alone(node)}
    for child in inner(node):
        yield from _adds_below(child, serializer, next_id=None)


def _next_id(node: Node) -> int | None:
    sibling = node.after
    while sibling and sibling.kind in (SHADOW, DOCUMENT):
        sibling = sibling.after
    return sibling.id if sibling else None


def _attributes(change: Change, serializer: Serializer) -> Iterator[tuple[Node, Json]]:
    for node, changes in change.attributes:
        now = serializer.attributes(node)
        yield node, {name: _text(now.get(name)) for name in changes} | _sheet_of(now)
    for node in change.extras:
        if sheet := _sheet_of(serializer.attributes(node) if node.tag else {}):
            yield node, sheet


def _text(value: object) -> str | None:
    """As rrweb sets attributes: a flag that is there is an empty text."""
    return None if value is None else "" if value is True else str(value)


def _sheet_of(now: Json) -> Json:
    return {"_cssText": now["_cssText"]} if "_cssText" in now else {}


def _mutation(**parts: Any) -> Json:
    empty: Json = {"texts": [], "attributes": [], "removes": [], "adds": []}
    return {"type": INCREMENTAL, "data": {"source": MUTATION, **empty, **parts}}
