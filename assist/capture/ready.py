"""Mappings that come with the desk, for a tenant to start from: one for each family of tags in `ready/`."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

READY = Path(__file__).with_name("ready")
READY_PREFIX = "ready:"


@dataclass(frozen=True)
class ReadyMapping:
    """`name` is what `ready:…` names; `title` is the proper name of the toolkit."""

    name: str
    title: str
    document: dict[str, Any]

    def beginning(self) -> dict[str, Any]:
        """The document of a mapping that has this one's rules and none of its own yet."""
        return {"version": 1, "extends": f"{READY_PREFIX}{self.name}", "rules": []}


TITLES = {
    "android-views": "Android views",
    "flutter": "Flutter",
    "qt-widgets": "Qt widgets",
    "uikit": "UIKit",
}


@cache
def ready_mappings() -> dict[str, ReadyMapping]:
    """All of them by name, in order."""
    return {name: ReadyMapping(name, title, _document(name)) for name, title in TITLES.items()}


def _document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((READY / f"{name}.json").read_text())
    return found
