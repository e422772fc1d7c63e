"""A visitor's page, as the server sees it."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from helpdesk.tenants.models import Tenant

ORIGIN = "http://localhost:7000"


def post(path: str, body: Any, *, origin: str = ORIGIN, token: str = "", **headers: str) -> HttpResponse:
    """A cross-origin call of the loader; `body` that is a text goes as it is."""
    extra = {"origin": origin, **headers}
    if token:
        extra["authorization"] = f"Bearer {token}"
    raw = body if isinstance(body, str) else json.dumps(body)
    return Client().post(path, data=raw, content_type="application/json", headers=extra)


def ask(tenant: Tenant, **fields: Any) -> HttpResponse:
    body = {"public_key": tenant.public_key, "page_url": f"{ORIGIN}/orders?x=1#top", "page_title": "Orders"}
    return post("/assist/requests/", {**body, **fields})
