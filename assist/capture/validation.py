"""Whether a mapping document is one; the schema stands beside this file."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator
from rest_framework.serializers import ValidationError

SCHEMA = Path(__file__).with_name("mapping.schema.json")
ERRORS_MAX = 20


def validate_mapping(document: Any) -> dict[str, Any]:
    """The document as it is, or `ValidationError` that names each wrong place, at most `ERRORS_MAX` of them."""
    if not isinstance(document, dict):
        raise ValidationError({"non_field_errors": [_("A mapping is a JSON object.")]}, code="bad_mapping")
    errors: dict[str, list[str]] = {}
    for error in list(_validator().iter_errors(document))[:ERRORS_MAX]:
        errors.setdefault("/".join(map(str, error.path)) or "non_field_errors", []).append(error.message[:300])
    if errors:
        raise ValidationError(errors, code="bad_mapping")
    return document


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text()) if SCHEMA.exists() else {"type": "object"})
