"""Subtrees that the pages of several visitors have in common: which the tenant's store has, and whether one is itself.

A subtree is named by the digest of its canonical form, and kept as its nodes without ids (docs/protocol.md).
"""

import hashlib
import json
import re
from typing import Any

SUBTREE_TYPE = "application/vnd.alongside.subtree+json"
NAME_BYTES = 6
# Hex digits of a digest that a name has.
NAME_LENGTH = 2 * NAME_BYTES
# Each is two levels of JSON, whose parser takes about 900.
MOST_DEPTH = 256
MOST_BYTES = 1024 * 1024
# A subtree whose form is longer stands in its parent's form by its own digest.
INLINE_LENGTH = 1024
TEXT = 3
SURROGATE = re.compile("[\ud800-\udfff]")
# What a digest says of an extra in a fixed place, and what it leaves out.
PLACED = ("ns", "quirks", "rules", "adopted", "top")
LOSSY = ("block", "gap")


class NoSubtree(ValueError):
    """Not the nodes of a subtree, or of one whose digest does not say all of it."""


def names_of(row: bytes) -> list[str]:
    """The names in a row of them, each NAME_LENGTH hex digits; raise `NoSubtree` for part of one."""
    if len(row) % NAME_BYTES:
        raise NoSubtree
    return [row[at : at + NAME_BYTES].hex() for at in range(0, len(row), NAME_BYTES)]


def subtree_digest(data: bytes) -> str:
    """SHA-256 in hex of the canonical form, worked out as the visitor's side does; raise `NoSubtree`."""
    if len(data) > MOST_BYTES:
        raise NoSubtree
    try:
        canonical = _canonical(json.loads(data, parse_constant=_refuse), 0)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise NoSubtree from None
    if not canonical.startswith('"#'):
        raise NoSubtree
    return canonical[2:-1]


def _canonical(node: Any, depth: int) -> str:
    if depth > MOST_DEPTH:
        raise NoSubtree
    if isinstance(node, str):
        return _shortened(_as_json([TEXT, node]))
    match node:
        case [1, str(tag), dict(attributes), list(children), *extra]:
            # Quoted, or a tag with quotes in it could have the form of another tree.
            own = f"{_as_json(tag)},{_as_json(sorted(attributes.items(), key=_units))},"
        case [9 | 11, list(children), *extra]:
            own = ""
        case [10, str(), str(), str()] | [4 | 8, str()]:
            return _shortened(_as_json(node))
        case _:
            raise NoSubtree
    inner = ",".join(_canonical(child, depth + 1) for child in children)
    return _shortened(f"[{node[0]},{own}[{inner}],{_lasting(*extra)}]")


def _lasting(extra: dict[str, Any] | None = None) -> str:
    given = {} if extra is None else extra.copy()
    if any(given.get(name) for name in LOSSY):
        raise NoSubtree
    placed = [given.pop(name, None) for name in PLACED]
    return _as_json([*placed, *(part for entry in given.items() for part in entry)])


def _shortened(form: str) -> str:
    if len(form.encode("utf-16-le")) <= 2 * INLINE_LENGTH:
        return form
    return f'"#{hashlib.sha256(form.encode()).hexdigest()}"'


def _units(attribute: tuple[str, Any]) -> bytes:
    return attribute[0].encode("utf-16-be", "surrogatepass")


def _as_json(value: Any) -> str:
    """As the browser writes it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _refuse(_constant: str) -> None:
    raise NoSubtree
