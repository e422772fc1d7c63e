"""Pages that are not HTML become page trees by the tenant's mapping; web/capture/native.ts does the same.

`tests/vectors/native` holds what both have to give.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from alongside_client.page import NODES_MAX, BadNativePage, Json, Node, check_node, is_number
from alongside_client.text import rounded, text_of
from alongside_client.values import Cover, covers_of, is_field, values_of

ELEMENT, TEXT, DOCUMENT, DOCTYPE = 1, 3, 9, 10
# Of the page tree that is made, whatever a mapping makes of a node.
BUILT_MAX = 100_000
LENGTH_MAX = 8_000_000
BODY_STYLE = "margin:0;position:relative;overflow:hidden;font-family:sans-serif"
PICTURE_STYLE = "position:absolute;left:0;top:0;width:100%;height:100%;object-fit:contain;"
FALLBACK: Json = {"element": "div", "style": {"outline": "1px dashed #8888", "color": "#666", "font-size": "12px"}}
VARIABLE = re.compile(r"\{\{([A-Za-z0-9_-]+)(?:\|([^}]*))?\}\}")
UNSAFE_STYLE = re.compile(r"[;{}<>\\]|/\*|url\(|image-set\(|src\(|expression|@import", re.IGNORECASE | re.ASCII)
Values = dict[str, str]


def _as_it_is(text: str) -> str:
    return text


def _nothing(_sha256: str) -> None:
    pass


@dataclass(frozen=True)
class Sight:
    """What a text may say, and what is told of each image that is shown."""

    hides: Callable[[str], str] = _as_it_is
    shows: Callable[[str], None] = _nothing


def choose_mapping(mappings: dict[str, Json], *, page_id: str) -> Json:
    """The first mapping by name that is for this page; without one, labelled boxes."""
    for name in sorted(mappings):
        if any(globs(pattern, page_id) for pattern in mappings[name].get("pages", ["*"])):
            return mappings[name]
    return {"version": 1, "rules": []}


def page_tree(root: Any, *, mapping: Json, title: str = "", sight: Sight | None = None) -> Node:
    """The page tree of a native page, ids in pre-order from 1. Raises BadNativePage."""
    return _Builder(mapping, sight or Sight()).document(root, title=title)


@dataclass
class _Builder:
    mapping: Json
    sight: Sight
    count: int = 0
    built: int = 0
    length: int = 0
    # Rules by the tags that were seen: most nodes of a page have one of a few.
    rules: dict[str, list[Json]] = field(default_factory=dict)

    def id(self) -> int:
        self.built += 1
        if self.built > BUILT_MAX:
            raise BadNativePage(f"A native page becomes at most {BUILT_MAX} nodes.")
        return self.built

    def document(self, root: Any, *, title: str) -> Node:
        document: Node = [DOCUMENT, self.id(), []]
        document[2].append([DOCTYPE, self.id(), "html", "", ""])
        html: Node = [ELEMENT, self.id(), "html", {}, []]
        document[2].append(html)
        html[4].append(self.head(self.sight.hides(text_of(title))))
        body: Node = [ELEMENT, self.id(), "body", {"style": BODY_STYLE}, []]
        html[4].append(body)
        body[4].append(self.node(root, depth=1, around=Cover.OPEN))
        return document

    def head(self, title: str) -> Node:
        head: Node = [ELEMENT, self.id(), "head", {}, []]
        named: Node = [ELEMENT, self.id(), "title", {}, []]
        head[4].append(named)
        self.text(named, title)
        return head

    def node(self, given: Any, *, depth: int, around: Cover) -> Node:
        self.count += 1
        if self.count > NODES_MAX:
            raise BadNativePage(f"A native page has at most {NODES_MAX} nodes.")
        given = check_node(given, depth=depth)
        rule = self.rule_for(given)
        own, inner = covers_of(given, rule=rule, around=around)
        values = values_of(given, field=is_field(given, rule=rule), cover=own, hides=self.sight.hides)
        built = self.element(rule, values, look=_geometry(given))
        label = values["tag"] if rule is FALLBACK else ""
        self.text(built, self.fill(rule.get("text", "{{text}}"), values) or label)
        if given.get("image") and own is Cover.OPEN:
            self.picture(built, given["image"])
        built[4].extend(self.shape(child, values) for child in rule.get("children", []))
        built[4].extend(self.node(child, depth=depth + 1, around=inner) for child in given.get("children") or [])
        return built

    def shape(self, shape: Json, values: Values) -> Node:
        built = self.element(shape, values, look="")
        self.text(built, self.fill(shape.get("text", ""), values))
        built[4].extend(self.shape(child, values) for child in shape.get("children", []))
        return built

    def element(self, shape: Json, values: Values, *, look: str) -> Node:
        node_id = self.id()
        style = look + self.style(shape.get("style", {}), values)
        return [ELEMENT, node_id, shape.get("element", "div"), self.attributes(shape, values, style=style), []]

    def text(self, element: Node, text: str) -> None:
        if element[2] == "input":
            element[3]["value"] = text or element[3].get("value", "")
        elif text and element[2] != "img":
            element[4].append([TEXT, self.id(), text])

    def picture(self, element: Node, sha256: str) -> None:
        self.sight.shows(sha256)
        source = {"src": f"asset:{sha256}"}
        if element[2] == "img":
            element[3].update(source)
        else:
            element[4].append([ELEMENT, self.id(), "img", {**source, "style": PICTURE_STYLE}, []])

    def attributes(self, shape: Json, values: Values, *, style: str) -> dict[str, str]:
        found = {name: self.fill(template, values) for name, template in shape.get("attributes", {}).items()}
        if shape.get("role"):
            found["role"] = shape["role"]
        if style:
            found["style"] = style
        return found

    def style(self, style: dict[str, str], values: Values) -> str:
        filled = ((name, self.fill(template, values)) for name, template in style.items())
        return "".join(f"{name}:{value};" for name, value in filled if value and not UNSAFE_STYLE.search(value))

    def fill(self, template: str, values: Values) -> str:
        variables = self.mapping.get("variables", {})

        def value(found: re.Match[str]) -> str:
            name, default = found.groups()
            known: str = values.get(name, "") or (default if default is not None else variables.get(name, ""))
            return known

        filled = VARIABLE.sub(value, template)
        self.length += len(filled)
        if self.length > LENGTH_MAX:
            raise BadNativePage(f"A native page becomes at most {LENGTH_MAX} characters.")
        return filled

    def rule_for(self, given: Json) -> Json:
        tag = given["tag"]
        if tag not in self.rules:
            self.rules[tag] = [rule for rule in self.mapping.get("rules", []) if globs(rule["match"]["tag"], tag)]
        found = (rule for rule in self.rules[tag] if _matches(given, rule["match"]))
        rule: Json = next(found, {}) or self.mapping.get("fallback") or FALLBACK
        return rule


def _matches(given: Json, match: Json) -> bool:
    """Whether all but the tag is as the rule says."""
    attributes, states = given.get("attributes") or {}, given.get("states") or []
    wanted = match.get("attributes", {}).items()
    return all(globs(pattern, text_of(attributes.get(name))) for name, pattern in wanted) and all(
        state in states for state in match.get("states", [])
    )


def globs(pattern: str, text: str) -> bool:
    """`*` stands for anything; in linear time, whatever the pattern."""
    first, *parts = pattern.split("*")
    if not parts:
        return text == first
    last = parts.pop()
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    start, end = len(first), len(text) - len(last)
    for part in parts:
        at = text.find(part, start, end)
        if at < 0:
            return False
        start = at + len(part)
    return True


def _geometry(given: Json) -> str:
    x, y, width, height = map(rounded, given["rect"])
    look = f"position:absolute;box-sizing:border-box;left:{x}px;top:{y}px;width:{width}px;height:{height}px;"
    return look + (f"z-index:{int(given['z'])};" if is_number(given.get("z")) else "")
