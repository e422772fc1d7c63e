"""Whether a mapping document is one; the schema stands beside this file."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError
from rest_framework.serializers import ValidationError

from assist.capture.inheritance import BadInheritance, flattened
from helpdesk.api.places import Path, places
from helpdesk.api.problems import PlacedDetail

SCHEMA = FilePath(__file__).with_name("mapping.schema.json")
CODE = "bad_mapping"
ERRORS_MAX = 20
MESSAGE_MAX = 300
DEPTH_MAX = 60
CONTAINERS_MAX = 10_000
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Wrong(NamedTuple):
    """`path` is the place of the wrong value; where it is the name of a member that is wrong, `is_key`."""

    path: Path
    text: str
    is_key: bool = False


def validate_mapping(
    document: Any, *, text: str = "", name: str = "", bases: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The document as it is, or `ValidationError` that names each wrong place, at most `ERRORS_MAX` of them.

    With the `text` that was sent each place has its line and column. `bases` are the mappings that it may extend.
    """
    wrong = list(islice(_wrong(document, name=name, bases=bases or {}), ERRORS_MAX))
    if wrong:
        raise _error(wrong, text=text)
    checked: dict[str, Any] = document
    return checked


def _wrong(document: Any, *, name: str, bases: Mapping[str, Any]) -> Iterator[Wrong]:
    if not isinstance(document, dict):
        yield Wrong((), _("A mapping is a JSON object."))
    elif _is_vast(document):
        text = _("The mapping has more than %(count)d objects and lists, or they stand more than %(depth)d deep.")
        yield Wrong((), text % {"count": CONTAINERS_MAX, "depth": DEPTH_MAX})
    elif (place := _unkeepable(document)) is not None:
        yield Wrong(place, _("A text has U+0000 or half of a surrogate pair in it, which can't be kept."))
    else:
        errors = [_as_wrong(error) for error in islice(_validator().iter_errors(document), ERRORS_MAX)]
        yield from errors
        if not errors:
            yield from _wrong_inheritance(document, name=name, bases=bases)


def _wrong_inheritance(document: dict[str, Any], *, name: str, bases: Mapping[str, Any]) -> Iterator[Wrong]:
    try:
        flattened(document, bases=bases, name=name)
    except BadInheritance as bad:
        yield Wrong(bad.path, str(bad))


def _as_wrong(error: SchemaError) -> Wrong:
    path, message = tuple(error.absolute_path), error.message[:MESSAGE_MAX]
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        unknown = [key for key in islice(error.instance, ERRORS_MAX) if repr(key) in message]
        return Wrong((*path, unknown[0]), message, is_key=True) if unknown else Wrong(path, message)
    # The schema of names says nothing of where they stand; the error's instance is the name.
    is_name = "propertyNames" in error.absolute_schema_path
    return Wrong((*path, error.instance), message, is_key=True) if is_name else Wrong(path, message)


def _is_vast(document: Any) -> bool:
    """What would take long to compare with the schema, or could not be gone through."""
    level, count = [document], 0
    for _depth in range(DEPTH_MAX):
        inner = [value.values() if isinstance(value, dict) else value for value in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
        count += len(level)
        if not level or count > CONTAINERS_MAX:
            break
    return bool(level)


def _unkeepable(document: Any) -> Path | None:
    """The place of the object or list that has a text which JSON can say, and the database can't keep."""
    waiting: list[tuple[Path, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        members = list(value.items() if isinstance(value, dict) else enumerate(value))
        texts = [text for member in members for text in member if isinstance(text, str)]
        if any(UNKEEPABLE.search(text) for text in texts):
            return path
        waiting += [((*path, name), inner) for name, inner in members if isinstance(inner, dict | list)]
    return None


def _error(wrong: list[Wrong], *, text: str) -> ValidationError:
    values = {at.path for at in wrong if not at.is_key}
    keys = {at.path for at in wrong if at.is_key}
    known = places(text, values=values, keys=keys) if text else {}
    details: dict[str, Any] = {}
    for at in wrong:
        detail = PlacedDetail(at.text, CODE)
        detail.place = known.get(at.path, {})
        details.setdefault("/".join(map(_escaped, at.path)) or "non_field_errors", []).append(detail)
    error = ValidationError()
    error.detail = details
    return error


def _escaped(step: str | int) -> str:
    """RFC 6901."""
    return str(step).replace("~", "~0").replace("/", "~1")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text()))
