"""The OpenAPI document is valid and names every call that others rely on."""

from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.validation import validate_schema

CALLS = [
    ("get", "/tenant/"),
    ("patch", "/tenant/"),
    ("get", "/native-mappings/"),
    ("get", "/native-mappings/{name}/"),
    ("put", "/native-mappings/{name}/"),
    ("delete", "/native-mappings/{name}/"),
    ("get", "/ready-native-mappings/"),
    ("get", "/ready-native-mappings/{name}/"),
    ("get", "/tickets/"),
    ("post", "/tickets/"),
    ("get", "/tickets/{id}/"),
    ("patch", "/tickets/{id}/"),
    ("get", "/tickets/{id}/messages/"),
    ("post", "/tickets/{id}/messages/"),
    ("get", "/queues/"),
    ("get", "/assist/requests/"),
    ("post", "/assist/requests/{id}/accept/"),
    ("post", "/assist/requests/{id}/decline/"),
    ("post", "/assist/requests/{id}/revoke/"),
    ("get", "/assist/sessions/{id}/"),
    ("post", "/assist/sessions/{id}/end/"),
    ("post", "/assist/sessions/{id}/hand-over/"),
    ("post", "/assist/sessions/{id}/hand-over/accept/"),
    ("post", "/assist/sessions/{id}/hand-over/decline/"),
    ("post", "/assist/sessions/{id}/hand-over/withdraw/"),
    ("get", "/recordings/"),
    ("get", "/recordings/{id}/"),
    ("get", "/recordings/{id}/video/"),
    ("get", "/recordings/{id}/events/"),
]


@pytest.fixture
def document(db: None) -> Any:
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    return yaml.safe_load(answer.content)


def test_schema_is_valid(document: Any) -> None:
    validate_schema(document)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_schema_lists_call_with_its_scope(document: Any, method: str, path: str) -> None:
    call = document["paths"][f"/api/v1{path}"][method]
    assert "Scope: `" in call["description"]
    assert "application/problem+json" in call["responses"]["default"]["content"]
