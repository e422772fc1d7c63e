"""Calls of the REST API as a tenant's developer makes them."""

import json
from typing import Any

from django.test import Client


class Caller:
    """Calls `/api/v1/` with one token, JSON in and out."""

    def __init__(self, token: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        options = {"content_type": "application/json", "headers": self.headers, **options}
        return self.client.generic(method, f"/api/v1{path}", _encoded(body), **options)


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()
