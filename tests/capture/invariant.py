"""After any change the rebuilt page equals the visitor's: nodes, styles, fields, scroll, focus, layout boxes."""

import itertools
import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Frame, Page

from tests.capture import sites
from tests.capture.rig import Rig

SERIALISE = (sites.PAGES / "invariant.js").read_text()
# One fact: what it is about, and its value.
Facts = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """The first place, in document order, where the two pages are not the same. A side without it is None."""

    path: str
    what: str
    visitor: Any
    agent: Any

    def __str__(self) -> str:
        return f"at {self.path or '/'}, {self.what}: visitor {self.visitor!r}, agent {self.agent!r}"


class Invariant:
    """Whether both sides are equal now; as a text the difference that was found last. For `Rig.until`.

    `allow` selects the fields whose content is not masked, as the rig's masking rules do.
    """

    def __init__(self, rig: Rig, allow: str = "") -> None:
        self.rig = rig
        self.allow = allow
        self.difference: Difference | None = None
        self._assets: tuple[int, dict[str, str]] = (0, {})

    def __call__(self) -> bool:
        visitor = serialised(self.rig.visitor, is_agent=False, allow=self.allow, names=self._names())
        agent = serialised(self.rig.page, is_agent=True, allow=self.allow, names={})
        self.difference = first_difference(visitor, agent)
        return self.difference is None

    def __str__(self) -> str:
        return str(self.difference)

    def _names(self) -> dict[str, str]:
        """Read again only when more has come."""
        if self._assets[0] != len(self.rig.frames):
            self._assets = len(self.rig.frames), assets(self.rig)
        return self._assets[1]


def serialised(side: Page | Frame, *, is_agent: bool, allow: str, names: dict[str, str]) -> list[tuple[str, Facts]]:
    """Each node of a page, in document order, with all that is known of it."""
    given = {"isAgent": is_agent, "allow": allow, "names": names}
    return [(path, dict(facts)) for path, facts in side.evaluate(SERIALISE, given)]


def assets(rig: Rig) -> dict[str, str]:
    """What the URLs of the visitor's page are called at the agent; one that could not be read has no name."""
    named: dict[str, str] = {}
    for line in rig.operations().splitlines():
        if line.startswith('["assets"'):
            named |= {url: f"asset:{sha256}" for url, sha256 in json.loads(line)[2].items()}
        elif line.startswith('["unread"'):
            named |= {url: "" for url, *_ in json.loads(line)[2]}
    return named


def first_difference(visitor: list[tuple[str, Facts]], agent: list[tuple[str, Facts]]) -> Difference | None:
    """In boxes last: they differ around whatever differs."""
    return compared(without_boxes(visitor), without_boxes(agent)) or compared(visitor, agent)


def without_boxes(side: list[tuple[str, Facts]]) -> list[tuple[str, Facts]]:
    return [(path, {name: value for name, value in facts.items() if name != "box"}) for path, facts in side]


def compared(visitor: list[tuple[str, Facts]], agent: list[tuple[str, Facts]]) -> Difference | None:
    nothing: tuple[str, Facts] = ("", {})
    for one, other in itertools.zip_longest(visitor, agent, fillvalue=nothing):
        if one == other:
            continue
        if one[0] != other[0]:
            return Difference(one[0] or other[0], "node", *(side[0] and told(side) for side in (one, other)))
        what = next(name for name in one[1] | other[1] if one[1].get(name) != other[1].get(name))
        return Difference(one[0], what, one[1].get(what), other[1].get(what))
    return None


def told(side: tuple[str, Facts]) -> str:
    path, facts = side
    return f"{path} {facts.get('text', '')}".strip()
