"""The demo tenants with their people and tokens. Their secrets are derived, so that each seeding gives the same."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from django.conf import settings

from assist.capture.actions import put_mapping
from helpdesk.accounts.actions import ensure_user, set_role
from helpdesk.accounts.models import Role
from helpdesk.api.models import ApiToken
from helpdesk.api.scopes import Scope
from helpdesk.tenants.actions import ensure_tenant
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Queue

SLUGS = {"north": "North demo desk", "south": "South demo desk"}
ORIGINS = ["http://localhost:*", "http://127.0.0.1:*"]
CANVAS_MAPPING = Path(__file__).parent / "canvas" / "mapping.json"
# What the demo's visitor may show: the fields that match, and nothing else that people type.
MASKING = {
    "allow": [
        "#dataTable_filter input",
        "#dataTable_length select",
        ".navbar-search input",
        "#exampleFirstName",
        "#exampleLastName",
    ]
}


def seed() -> dict[str, Any]:
    """Create or bring back the demo; answers what `seed_demo --json` prints."""
    return {"base_url": settings.PUBLIC_URL, "tenants": [_seed_tenant(slug, name) for slug, name in SLUGS.items()]}


def _seed_tenant(slug: str, name: str) -> dict[str, Any]:
    tenant = ensure_tenant(slug, name=name, allowed_origins=ORIGINS, masking=MASKING)
    people = [_seed_person(tenant, role) for role in Role]
    with tenant_scope(tenant.id):
        Queue.objects.update_or_create(name="Support", defaults={"is_default": True})
        put_mapping("loading-bay", document=json.loads(CANVAS_MAPPING.read_text()))
        token = _seed_token(slug)
    return {"slug": slug, "public_key": tenant.public_key, "api_token": token, "users": people}


def _seed_person(tenant: Tenant, role: Role) -> dict[str, str]:
    email, password = f"{role}@{tenant.slug}.example", _secret("password", tenant.slug, role)[:16]
    user = ensure_user(email, name=f"{role.label} ({tenant.slug})", password=password)
    with tenant_scope(tenant.id):
        set_role(user, role=role)
    return {"email": email, "password": password, "role": str(role)}


def _seed_token(slug: str) -> str:
    token = f"demo_{_secret('token', slug)}"
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    ApiToken.objects.update_or_create(
        token_hash=token_hash, defaults={"name": "Demo", "scopes": Scope.values, "revoked_at": None}
    )
    return token


def _secret(*parts: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), ":".join(["demo", *parts]).encode(), hashlib.sha256).hexdigest()
