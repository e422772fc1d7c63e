"""Mappings that extend others: what goes through the channel says everything itself.

Two kinds: a mapping extends another one as a whole, and rules extend shapes that have a name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

Json = dict[str, Any]
Path = tuple[str | int, ...]

# What is wrong in a mapping that is extended is told where it is extended.
BASE: Path = ("extends",)
CHAIN_MAX = 10
DEPTH_MAX = 20
SHAPES_MAX = 5_000
RULES_MAX = 1_000


class BadInheritance(ValueError):
    """`path` is the place in the document that was given, the text says why."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text)
        self.path = path


def flattened(document: Json, *, bases: Mapping[str, Json], name: str = "") -> Json:
    """The document with all that it extends put in; `bases` are the mappings by name. Raise BadInheritance."""
    joined = _joined(document, bases=bases, name=name)
    shapes = _Shapes(joined.get("shapes", {}), own=document.get("shapes", {}).keys())
    count = len(document["rules"])
    flat = {key: value for key, value in joined.items() if key not in ("extends", "shapes")}
    flat["rules"] = [
        shapes.resolved(rule, path=("rules", at) if at < count else BASE) for at, rule in enumerate(joined["rules"])
    ]
    if "fallback" in joined:
        flat["fallback"] = shapes.resolved(joined["fallback"], path=("fallback",) if "fallback" in document else BASE)
    return flat


def _joined(document: Json, *, bases: Mapping[str, Json], name: str) -> Json:
    """The mapping and all that it extends as one, whose rules and shapes still extend shapes."""
    joined, chain = document, [name]
    while "extends" in joined:
        base = joined["extends"]
        if base in chain:
            names = " → ".join(part or "?" for part in [*chain, base])
            raise BadInheritance(BASE, _("A mapping can't extend itself: %(chain)s.") % {"chain": names})
        if base not in bases:
            raise BadInheritance(BASE, _("There is no mapping “%(name)s”.") % {"name": base})
        if len(chain) >= CHAIN_MAX:
            text = _("More than %(most)d mappings extend one another.") % {"most": CHAIN_MAX}
            raise BadInheritance(BASE, text)
        chain.append(base)
        joined = _over(joined, bases[base])
    if len(joined["rules"]) > RULES_MAX:
        text = _("With what it extends the mapping has more than %(most)d rules.") % {"most": RULES_MAX}
        raise BadInheritance(BASE, text)
    return joined


def _over(own: Json, base: Json) -> Json:
    """Own rules are tried first; which pages a mapping is for is never inherited."""
    joined = {key: value for key, value in base.items() if key != "pages"}
    joined |= {key: value for key, value in own.items() if key != "extends"}
    joined["rules"] = [*own["rules"], *base["rules"]]
    for part in ("variables", "shapes"):
        if part in own or part in base:
            joined[part] = {**base.get(part, {}), **own.get(part, {})}
    return joined


@dataclass
class _Shapes:
    """Resolves shapes, each name once. `own` are the names that the given document itself has."""

    named: Json
    own: Collection[str]
    done: Json = field(default_factory=dict)
    # Number of shapes in each resolved one, and how deep they stand, by its identity; `done` and the caller keep it.
    measures: dict[int, tuple[int, int]] = field(default_factory=dict)
    total: int = 0

    def resolved(self, shape: Json, *, path: Path) -> Json:
        """A shape that says everything itself. Raise BadInheritance."""
        found = self._resolved(shape, path=path, chain=())
        self.total += self.measures[id(found)][0]
        if self.total > SHAPES_MAX:
            text = _("With what it extends the mapping has more than %(most)d shapes.") % {"most": SHAPES_MAX}
            raise BadInheritance(path, text)
        return found

    def _resolved(self, shape: Json, *, path: Path, chain: tuple[str, ...]) -> Json:
        base = self._base(shape["extends"], path=_within(path, "extends"), chain=chain) if "extends" in shape else {}
        found = {**base, **{key: value for key, value in shape.items() if key != "extends"}}
        for part in ("attributes", "style"):
            if part in base and part in shape:
                found[part] = {**base[part], **shape[part]}
        if "children" in shape:
            found["children"] = [
                self._resolved(child, path=_within(path, "children", at), chain=chain)
                for at, child in enumerate(shape["children"])
            ]
        self._measure(found, path=path)
        return found

    def _base(self, name: str, *, path: Path, chain: tuple[str, ...]) -> Json:
        if name in chain:
            names = " → ".join([*chain[chain.index(name) :], name])
            raise BadInheritance(path, _("A shape can't extend or hold itself: %(chain)s.") % {"chain": names})
        if name not in self.named:
            raise BadInheritance(path, _("There is no shape “%(name)s”.") % {"name": name})
        if len(chain) >= DEPTH_MAX:
            raise BadInheritance(path, _too_deep())
        if name not in self.done:
            inner: Path = ("shapes", name) if name in self.own else BASE
            self.done[name] = self._resolved(self.named[name], path=inner, chain=(*chain, name))
        found: Json = self.done[name]
        return found

    def _measure(self, shape: Json, *, path: Path) -> None:
        inner = [self.measures[id(child)] for child in shape.get("children", [])]
        size, depth = 1 + sum(size for size, _depth in inner), 1 + max((depth for _size, depth in inner), default=0)
        if depth > DEPTH_MAX:
            raise BadInheritance(path, _too_deep())
        self.measures[id(shape)] = size, depth


def _within(path: Path, *steps: str | int) -> Path:
    return path if path == BASE else (*path, *steps)


def _too_deep() -> str:
    return _("Shapes stand or extend one another more than %(most)d deep.") % {"most": DEPTH_MAX}
