"""The texts of a page's nodes (docs/protocol.md, "Nodes"), whoever made them: nothing here trusts their shape."""

from collections.abc import Iterator
from typing import Any

NODES_MAX = 200_000
UNSEEN = {"script", "style", "noscript", "template", "head"}
READ_OUT = ("alt", "title", "placeholder", "aria-label", "value", "label")
ELEMENT, TEXT, CDATA, COMMENT, DOCTYPE, FORM = 1, 3, 4, 8, 10, 0
# What a repeated form says anew is text or an attribute; nobody looks for these.
NO_TEXT = ("http:", "https:", "data:", "asset:", "/", "#", "blob:")


def texts_of(tree: Any) -> Iterator[str | int]:
    """In the order of the document: texts, and numbers of subtrees that stand elsewhere."""
    waiting, nodes = [tree], 0
    while waiting and nodes < NODES_MAX:
        node, nodes = waiting.pop(), nodes + 1
        if isinstance(node, str | int):
            yield node
        elif isinstance(node, list) and node:
            yield from _own_texts(node)
            waiting += reversed(_children(node))


def _own_texts(node: list[Any]) -> Iterator[str]:
    kind = node[0]
    if kind in (TEXT, CDATA) and isinstance(node[-1], str):
        yield node[-1]
    elif kind == FORM:
        yield from (value for value in node[2:] if isinstance(value, str) and not value.startswith(NO_TEXT))
    elif kind == ELEMENT:
        attributes = next((part for part in node[1:] if isinstance(part, dict)), {})
        yield from (value for name in READ_OUT if isinstance(value := attributes.get(name), str))


def _children(node: list[Any]) -> list[Any]:
    if node[0] in (TEXT, CDATA, COMMENT, DOCTYPE, FORM):
        return []
    tag = next((part for part in node[1:3] if isinstance(part, str)), "")
    if node[0] == ELEMENT and tag.lower() in UNSEEN:
        return []
    return next((part for part in node[1:] if isinstance(part, list)), [])
