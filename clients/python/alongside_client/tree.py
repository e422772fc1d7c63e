"""Names of page trees: the digest that both sides take of what is shown (docs/protocol.md)."""

import hashlib
import json
from typing import Any

from alongside_client.difference import children_of
from alongside_client.native import ELEMENT
from alongside_client.page import Node
from alongside_client.text import units

# A subtree whose form is longer stands in its parent's form by its own digest.
INLINE_LENGTH = 1024
# Of elements and documents: namespace, quirks, rules, adopted, top. Native pages have none.
NO_EXTRA = "[null,null,null,null,null]"


def digest(root: Node) -> str:
    """SHA-256, hex, over the canonical form: without ids, attributes sorted by name."""
    return _sha256(_form(root))


def renumbered(root: Node) -> Node:
    """The same tree with ids in pre-order from 1."""
    count = 0

    def walk(node: Node) -> Node:
        nonlocal count
        count += 1
        copy: Node = [node[0], count, *node[2:]]
        if isinstance(copy[-1], list):
            copy[-1] = [walk(child) for child in copy[-1]]
        return copy

    return walk(root)


def as_json(value: Any) -> str:
    """As the browser writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _form(node: Node) -> str:
    if not isinstance(node[-1], list):
        form = as_json([node[0], *node[2:]])
    else:
        own = f'"{node[2]}",{as_json(sorted(node[3].items()))},' if node[0] == ELEMENT else ""
        form = f"[{node[0]},{own}[{','.join(map(_form, children_of(node)))}],{NO_EXTRA}]"
    return f'"#{_sha256(form)}"' if units(form) > INLINE_LENGTH else form


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
