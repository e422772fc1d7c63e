"""What of a node may be read: default deny for what people enter, also in the nodes that a field is made of."""

import re
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from alongside_client.page import Json
from alongside_client.personal import holds_card
from alongside_client.secret_names import SECRET_NAME
from alongside_client.text import BULLET, bullets, text_of, units

INPUT_TAG = re.compile(
    "input|field|edit|entry|password|textbox|textarea|search|combo|spin|picker|autocomplete|secure|otp",
    re.IGNORECASE | re.ASCII,
)
# A window named after what is done in it is no field.
SURFACE_TAG = re.compile(
    r"(page|screen|window|dialog|form|panel|group|set|activity|fragment|controller)\Z", re.IGNORECASE | re.ASCII
)
ENTERED_NAME = re.compile(
    r"text|value|content|query|string|html|selection|password|pin\b|digits", re.IGNORECASE | re.ASCII
)
LABEL_NAME = re.compile(
    r"^(hint|placeholder|label)(text)?\Z|(colou?r|size|align|alignment|style|font|direction|type|scale)\Z",
    re.IGNORECASE | re.ASCII,
)
SECRET_TAG = re.compile("password|secure", re.IGNORECASE | re.ASCII)
# A shorter value is found by chance in other texts.
SHORT = 3


class Cover(IntEnum):
    """OPEN may be seen, ENTERED was typed by somebody, SECRET is shown under no rule."""

    OPEN = 0
    ENTERED = 1
    SECRET = 2


class Covers(NamedTuple):
    """What is entered in the node itself, and what that makes of the nodes in it."""

    own: Cover
    inner: Cover


def covers_of(given: Json, *, rule: Json, around: Cover) -> Covers:
    """Given what covers the node from around."""
    kept = Cover.OPEN if around is Cover.ENTERED and rule.get("allow") else around
    if not is_field(given, rule=rule):
        return Covers(kept, kept)
    alone = Cover.SECRET if _is_secret(given) else Cover.OPEN if rule.get("allow") else Cover.ENTERED
    own = max(kept, alone)
    is_surface = not rule.get("input") and SURFACE_TAG.search(given["tag"])
    return Covers(own, kept if is_surface else own)


def is_field(given: Json, *, rule: Json) -> bool:
    """Whether people enter something here."""
    return bool(rule.get("input")) or INPUT_TAG.search(given["tag"]) is not None


def _is_secret(given: Json) -> bool:
    attributes = given.get("attributes") or {}
    names = " ".join(text_of(attributes.get(name)) for name in ("name", "id", "type"))
    return bool(SECRET_NAME.search(names) or SECRET_TAG.search(given["tag"]))


def values_of(given: Json, *, field: bool, cover: Cover, hides: Callable[[str], str]) -> dict[str, str]:
    """What variables stand for: attributes, text and tag, each as it may be seen."""
    values = {name: text_of(value) for name, value in (given.get("attributes") or {}).items()}
    values["text"] = text_of(given.get("text"))
    entered = {name for name in values if _holds_entered(name)} if field or cover else set()
    typed = [values[name] for name in entered if units(values[name]) >= SHORT] if cover else []
    for name, value in values.items():
        is_own = name in entered and (bool(cover) or holds_card(value))
        is_covered = is_own or (name not in entered and any(part in value for part in typed))
        values[name] = _covered(value, cover) if is_covered else hides(value)
    values["tag"] = text_of(given["tag"])
    return values


def _holds_entered(name: str) -> bool:
    return ENTERED_NAME.search(name) is not None and LABEL_NAME.search(name) is None


def _covered(value: str, cover: Cover) -> str:
    """Of a secret not even the white space is kept."""
    return BULLET * units(value) if cover is Cover.SECRET else bullets(value)
