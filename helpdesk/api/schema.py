"""The OpenAPI document: what every call has in common."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from helpdesk.api.permissions import scope_needed
from helpdesk.api.problems import CONTENT_TYPE

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened and what to do next, in the caller's language"},
        "code": {"type": "string", "description": "stable"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail", "pointer"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON pointer into the body that was sent"},
                    "line": {"type": "integer", "description": "of the body, from 1, where it can be told"},
                    "column": {"type": "integer", "description": "in characters, from 1"},
                },
            },
        },
    },
}


class ApiSchema(AutoSchema):
    """Each call names the scope that it needs."""

    def get_description(self) -> str:  # type: ignore[override]
        text = super().get_description() or ""
        scope = scope_needed(self.view, method=self.method)
        return f"{text}\n\nScope: `{scope}`".strip() if scope else text


def add_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Every call may answer with a problem."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "A problem (RFC 9457)",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for methods in result["paths"].values():
        for call in methods.values():
            call["responses"]["default"] = answer
    return result
