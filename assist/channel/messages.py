"""Text messages: JSON objects, checked against their declaration before anybody looks into them."""

import json
import math
from collections.abc import Mapping
from typing import Any

from assist.channel.limits import MAX_TEXT_BYTES

TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
    "object": (dict,),
    "list": (list,),
}


class BadMessage(ValueError):
    """Not JSON, too long, of no declared type, or with fields other than the declared ones."""


def parse(text: str, declared: Mapping[str, Mapping[str, str]]) -> tuple[str, dict[str, Any]]:
    """Return the message's type and its fields; raise `BadMessage`."""
    if len(text) > MAX_TEXT_BYTES:
        raise BadMessage("too long")
    message = load_object(text)
    kind = message.pop("type", None)
    if not isinstance(kind, str) or kind not in declared:
        raise BadMessage("unknown type")
    check_fields(message, declared[kind])
    return kind, message


def load_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object that can be written as JSON and UTF-8 again; raise `BadMessage`.

    So it has no NaN, no infinity (`1e999` is one) and no half of a surrogate pair (`\\ud800`).
    """
    try:
        plain = text if isinstance(text, str) else text.decode()
        value = strict_json(plain)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadMessage("not JSON") from None
    if not isinstance(value, dict):
        raise BadMessage("not an object")
    return value


def strict_json(text: str | bytes) -> Any:
    """Without NaN and infinities, `1e999` among them, which no JSON can say again; raise `ValueError`."""
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def check_fields(message: Mapping[str, Any], fields: Mapping[str, str]) -> None:
    """`fields` maps names ("?" at the end: may be missing) to types of the protocol; raise `BadMessage`."""
    known = {name.rstrip("?"): (kind.partition(":")[0], name.endswith("?")) for name, kind in fields.items()}
    if not message.keys() <= known.keys():
        raise BadMessage("unknown field")
    for name, (kind, may_miss) in known.items():
        if name not in message:
            if not may_miss:
                raise BadMessage("missing field")
        elif not _is(message[name], kind):
            raise BadMessage("wrong type")


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)
