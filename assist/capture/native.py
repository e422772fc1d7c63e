"""Pages that are not HTML become page trees by the tenant's mapping (M8); web/capture/native.ts does the same.

A page is a tree of `{tag, attributes, text, rect: [x, y, width, height], children, z, states}`, geometry in CSS pixels
relative to the parent. `tests/vectors/native` holds what both implementations have to give.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Node = list[Any]

MAX_NODES = 20_000
MAX_DEPTH = 100
MAX_TEXT = 10_000
ELEMENT, TEXT, DOCUMENT, DOCTYPE = 1, 3, 9, 10
BODY_STYLE = "margin:0;position:relative;overflow:hidden;font-family:sans-serif"
FALLBACK: Json = {"element": "div", "style": {"outline": "1px dashed #8888", "color": "#666", "font-size": "12px"}}
INPUT_TAG = re.compile(
    r"input|field|edit|entry|password|textbox|textarea|search|combo|spin|picker|autocomplete|secure|otp", re.IGNORECASE
)
ENTERED = ("value", "text", "content", "placeholder_value")
SECRET_NAME = re.compile(
    r"card[-_ ]?(num|no|holder|exp|code|sec)|credit[-_ ]?card|cc[-_]?(num|no|exp|csc|cvc|cvv)|cvc|cvv|csc\b|iban"
    r"|pass(word|wd|phrase|code)|pwd|secret|\bpin\b|\botp\b",
    re.IGNORECASE,
)
DIGITS = re.compile(r"[0-9](?:[ -]?[0-9]){11,18}")
VARIABLE = re.compile(r"\{\{([A-Za-z0-9_-]+)(?:\|([^}]*))?\}\}")
UNSAFE_STYLE = re.compile(r"[;{}<>\\]|url\(|expression|@import", re.IGNORECASE)


class BadNativePage(ValueError):
    """The page information is no tree of tags, or larger than the limits."""


@dataclass
class _Builder:
    mapping: Json
    count: int = 0
    next_id: int = 1
    variables: Json = field(default_factory=dict)

    def id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def node(self, given: Json, *, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            raise BadNativePage(f"A native page has at most {MAX_NODES} nodes.")
        _check(given, depth=depth)
        rule = _rule_for(given, mapping=self.mapping)
        values = _values(given, rule=rule)
        look = _geometry(given)
        return self.shape(rule, given=given, values=values, look=look, depth=depth)

    def shape(self, shape: Json, *, given: Json | None, values: Json, look: str, depth: int) -> Node:
        node_id = self.id()
        style = look + _style(shape.get("style", {}), fill=self.fill(values))
        attributes = self.attributes(shape, values=values, style=style)
        children: list[Node] = []
        element = shape.get("element", "div")
        text = self.fill(values)(shape.get("text", "{{text}}" if given is not None else ""))
        if element == "input":
            attributes["value"] = text or attributes.get("value", "")
        elif text:
            children.append([TEXT, self.id(), text])
        for child in shape.get("children", []):
            children.append(self.shape(child, given=None, values=values, look="", depth=depth + 1))
        for inner in (given or {}).get("children", []):
            children.append(self.node(inner, depth=depth + 1))
        return [ELEMENT, node_id, element, attributes, children]

    def attributes(self, shape: Json, *, values: Json, style: str) -> dict[str, str]:
        fill = self.fill(values)
        found = {name: fill(template) for name, template in shape.get("attributes", {}).items()}
        if shape.get("role"):
            found["role"] = shape["role"]
        if style:
            found["style"] = style
        return found

    def fill(self, values: Json) -> Callable[[str], str]:
        defaults = self.mapping.get("variables", {})

        def value(found: re.Match[str]) -> str:
            name, default = found.groups()
            known = values.get(name, "")
            return known if known != "" else default if default is not None else defaults.get(name, "")

        return lambda template: VARIABLE.sub(value, template)


def choose_mapping(mappings: dict[str, Json], *, page_id: str) -> Json:
    """The first mapping by name that is for this page; without one, labelled boxes."""
    for name in sorted(mappings):
        if any(_globs(pattern, page_id) for pattern in mappings[name].get("pages", ["*"])):
            return mappings[name]
    return {"version": 1, "rules": []}


def page_tree(root: Any, *, mapping: Json, title: str = "") -> Node:
    """The page tree of a native page, ids in pre-order from 1. Raises BadNativePage."""
    builder = _Builder(mapping)
    document: Node = [DOCUMENT, builder.id(), []]
    document[2].append([DOCTYPE, builder.id(), "html", "", ""])
    html: Node = [ELEMENT, builder.id(), "html", {}, []]
    document[2].append(html)
    html[4].append(_head(builder, title=title))
    body: Node = [ELEMENT, builder.id(), "body", {"style": BODY_STYLE}, []]
    html[4].append(body)
    body[4].append(builder.node(root, depth=1))
    return document


def _head(builder: _Builder, *, title: str) -> Node:
    head: Node = [ELEMENT, builder.id(), "head", {}, []]
    head[4].append([ELEMENT, builder.id(), "title", {}, []])
    if title:
        head[4][0][4].append([TEXT, builder.id(), title])
    return head


def difference(before: Node, after: Node) -> tuple[Json | None, Node]:
    """What makes `before` into `after`, as a mutation, and the tree that results: kept nodes keep their ids."""
    change = _Change(next_id=_largest_id(before) + 1)
    result = change.merge(before, after)
    return change.document or None, result


@dataclass
class _Change:
    next_id: int
    document: Json = field(default_factory=dict)

    def add(self, kind: str, entry: list[Any]) -> None:
        self.document.setdefault(kind, []).append(entry)

    def merge(self, old: Node, new: Node) -> Node:
        if old[0] in (TEXT, DOCTYPE):
            if old[2] != new[2]:
                self.add("t", [old[1], new[2]])
            return [old[0], old[1], *new[2:]]
        if old[0] == ELEMENT:
            self.attributes(old, new)
        children = self.children(old, new)
        return [*old[:2], *new[2:4], children] if old[0] == ELEMENT else [old[0], old[1], children]

    def attributes(self, old: Node, new: Node) -> None:
        changes = {name: value for name, value in new[3].items() if old[3].get(name) != value}
        changes.update({name: None for name in old[3] if name not in new[3]})
        if changes:
            self.add("s", [old[1], changes])

    def children(self, old: Node, new: Node) -> list[Node]:
        were, are = old[-1], new[-1]
        merged: list[Node] = []
        for at, child in enumerate(are):
            known = were[at] if at < len(were) else None
            if known is not None and _alike(known, child):
                merged.append(self.merge(known, child))
                continue
            if known is not None:
                self.add("r", [old[1], known[1]])
            merged.append(self.fresh(child))
            following = next(
                (kept for i, kept in enumerate(were) if i > at and i < len(are) and _alike(kept, are[i])), None
            )
            self.add("a", [old[1], following[1] if following else 0, merged[-1]])
        for gone in were[len(are) :]:
            self.add("r", [old[1], gone[1]])
        return merged

    def fresh(self, node: Node) -> Node:
        self.next_id += 1
        copy: Node = [node[0], self.next_id - 1, *node[2:]]
        if node[0] == ELEMENT:
            copy[4] = [self.fresh(child) for child in node[4]]
        return copy


def _alike(a: Node, b: Node) -> bool:
    return a[0] == b[0] and (a[0] != ELEMENT or a[2] == b[2])


def _largest_id(node: Node) -> int:
    children = node[-1] if node[0] in (ELEMENT, DOCUMENT) else []
    return max([node[1], *(_largest_id(child) for child in children)])


def _check(given: Any, *, depth: int) -> None:
    if not isinstance(given, dict) or not isinstance(given.get("tag"), str):
        raise BadNativePage("Each node of a native page is an object with a tag.")
    if depth > MAX_DEPTH:
        raise BadNativePage(f"A native page is at most {MAX_DEPTH} nodes deep.")
    rect = given.get("rect")
    if not isinstance(rect, list) or len(rect) != 4 or not all(_is_number(side) for side in rect):
        raise BadNativePage("The rect of a node is [x, y, width, height] in numbers.")
    if not isinstance(given.get("children", []), list) or not isinstance(given.get("attributes", {}), dict):
        raise BadNativePage("The children of a node are a list, its attributes an object.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e7


def _rule_for(given: Json, *, mapping: Json) -> Json:
    for rule in mapping.get("rules", []):
        if _matches(given, rule["match"]):
            return rule
    return mapping.get("fallback") or {**FALLBACK, "text": "{{text|{{tag}}}}".replace("{{tag}}", given["tag"])}


def _matches(given: Json, match: Json) -> bool:
    attributes = given.get("attributes", {})
    return (
        _globs(match["tag"], given["tag"])
        and all(_globs(pattern, _text(attributes.get(name))) for name, pattern in match.get("attributes", {}).items())
        and all(state in given.get("states", []) for state in match.get("states", []))
    )


def _globs(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def _values(given: Json, *, rule: Json) -> Json:
    """What variables stand for: attributes, text and tag; what people entered is masked unless allowed."""
    values = {name: _text(value) for name, value in given.get("attributes", {}).items()}
    values["text"] = _text(given.get("text"))
    values["tag"] = given["tag"]
    if not rule.get("input") and not INPUT_TAG.search(given["tag"]):
        return values
    names = " ".join(values.get(name, "") for name in ("name", "id", "type"))
    secret = SECRET_NAME.search(names) or "password" in given["tag"].lower()
    for name in ENTERED:
        if name in values and (secret or not rule.get("allow") or _holds_card_number(values[name])):
            values[name] = bullets(values[name])
    return values


def bullets(text: str) -> str:
    return re.sub(r"\S", "•", text)


def _holds_card_number(text: str) -> bool:
    return any(_passes_luhn(re.sub(r"\D", "", run)) for run in DIGITS.findall(text))


def _passes_luhn(digits: str) -> bool:
    total = 0
    for at, letter in enumerate(reversed(digits)):
        doubled = int(letter) * 2 if at % 2 else int(letter)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def _number(value: float) -> str:
    rounded = math.floor(value * 100 + 0.5) / 100
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def _geometry(given: Json) -> str:
    x, y, width, height = map(_number, given["rect"])
    look = f"position:absolute;box-sizing:border-box;left:{x}px;top:{y}px;width:{width}px;height:{height}px;"
    return look + (f"z-index:{int(given['z'])};" if _is_number(given.get("z")) else "")


def _style(style: Json, *, fill: Callable[[str], str]) -> str:
    filled = ((name, fill(template)) for name, template in style.items())
    return "".join(f"{name}:{value};" for name, value in filled if value and not UNSAFE_STYLE.search(value))
