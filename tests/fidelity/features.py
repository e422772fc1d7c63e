"""The features: a page each, which says in its first comment what it shows and what is promised of it.

feature: group / what it is
promise: exact
         loss 0.05 SELECTOR what is lost        (of the element's pixels at most so many differ, and some do)
         gap SELECTOR label                     (a box of the element's size with that label)
step: click SELECTOR                            (any number of them, in this order; see steps.py)
size: 400x300       ratio: 2       media: dark, print, reduced-motion, more-contrast, forced-colors, touch
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

PAGES = Path(__file__).parent / "pages"
SIZE = (400, 300)
MEDIA = {"dark", "print", "reduced-motion", "more-contrast", "forced-colors", "touch"}
HEADER = re.compile(r"<!--(.*?)-->", re.DOTALL)
PROMISE = re.compile(r"(?P<kind>exact|loss (?P<bound>[\d.]+)|gap)(?: (?P<place>\S+) (?P<said>.+))?")


class BadFeature(Exception):
    """A page whose header can't be read."""


@dataclass(frozen=True)
class Promise:
    """`bound` is a share of the pixels of `place`, a selector; `said` the loss, or the label of the gap."""

    kind: str
    bound: float = 0.0
    place: str = ""
    said: str = ""


@dataclass(frozen=True)
class Feature:
    name: str
    file: str
    group: str
    title: str
    promise: Promise
    steps: tuple[str, ...] = ()
    size: tuple[int, int] = SIZE
    ratio: float = 1.0
    media: frozenset[str] = field(default_factory=frozenset)


def all_features() -> list[Feature]:
    """In the order of their groups; raises BadFeature."""
    found = [read(path) for path in sorted(PAGES.iterdir()) if path.suffix in (".html", ".xhtml")]
    return sorted(found, key=lambda feature: (feature.group, feature.title))


def read(path: Path) -> Feature:
    header = HEADER.search(path.read_text())
    pairs = [line.split(":", 1) for line in (header[1] if header else "").strip().splitlines()]
    said = {name.strip(): value.strip() for name, value in pairs if name.strip() != "step"}
    group, _, title = said.get("feature", "").partition(" / ")
    media = frozenset(filter(None, (name.strip() for name in said.get("media", "").split(","))))
    if not title or media - MEDIA:
        raise BadFeature(path.name)
    return Feature(
        name=path.stem,
        file=path.name,
        group=group,
        title=title,
        promise=promised(said.get("promise", ""), path),
        steps=tuple(value.strip() for name, value in pairs if name.strip() == "step"),
        size=sized(said["size"]) if "size" in said else SIZE,
        ratio=float(said.get("ratio", 1)),
        media=media,
    )


def promised(text: str, path: Path) -> Promise:
    found = PROMISE.fullmatch(text)
    if found is None or (found["kind"] == "exact") == bool(found["place"]):
        raise BadFeature(path.name)
    kind = found["kind"].split()[0]
    return Promise(kind, float(found["bound"] or 0), found["place"] or "", found["said"] or "")


def sized(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)
