"""What an application hands over: the format of assist/capture/page.schema.json, and its limits."""

import re
from typing import Any

Json = dict[str, Any]
# A node of a page tree as docs/protocol.md has it: `[1, id, tag, attributes, children]`, `[3, id, text]`, …
Node = list[Any]

FORMAT_VERSION = 1
NODES_MAX = 20_000
DEPTH_MAX = 100
TAG_MAX = 200
ATTRIBUTES_MAX = 100
STATES_MAX = 50
SIDE_MAX = 1e7
DIGEST = re.compile(r"[0-9a-f]{64}")


class BadNativePage(ValueError):
    """The page information is no tree of tags, or larger than the limits."""


def check_version(version: Any) -> None:
    """Raise BadNativePage for a format that is not known here."""
    if isinstance(version, bool) or version != FORMAT_VERSION:
        raise BadNativePage(f"Only version {FORMAT_VERSION} of the format is known here.")


def check_node(given: Any, *, depth: int) -> Json:
    """The node, if it is as the schema says; its children are checked when they are read. Raise BadNativePage."""
    tag = given.get("tag") if isinstance(given, dict) else None
    is_node = isinstance(tag, str) and 0 < len(tag) <= TAG_MAX
    _require(is_node, f"Each node of a native page is an object with a tag of 1 to {TAG_MAX} characters.")
    _require(depth <= DEPTH_MAX, f"A native page is at most {DEPTH_MAX} nodes deep.")
    _require(_is_rect(given.get("rect")), "The rect of a node is [x, y, width, height] in numbers.")
    _require(isinstance(given.get("children") or [], list), "The children of a node are a list.")
    attributes = given.get("attributes") or {}
    are_few = isinstance(attributes, dict) and len(attributes) <= ATTRIBUTES_MAX
    _require(are_few, f"The attributes of a node are an object with at most {ATTRIBUTES_MAX} members.")
    _require(_are_states(given.get("states") or []), f"The states of a node are a list of at most {STATES_MAX} texts.")
    image = given.get("image")
    has_digest = image is None or (isinstance(image, str) and DIGEST.fullmatch(image) is not None)
    _require(has_digest, "The image of a node is a SHA-256 in lower-case hex.")
    checked: Json = given
    return checked


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise BadNativePage(message)


def _is_rect(rect: Any) -> bool:
    return isinstance(rect, list | tuple) and len(rect) == 4 and all(is_number(side) for side in rect)


def _are_states(states: Any) -> bool:
    return isinstance(states, list) and len(states) <= STATES_MAX and all(isinstance(state, str) for state in states)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < SIDE_MAX
