"""How calls of the REST API enter their tenant (`settings.TENANT_ENTRIES`)."""

from django.http import HttpRequest

from helpdesk.api.queries import hash_of_token, token_by_hash
from helpdesk.tenants.middleware import Entry

TOKEN_LENGTH_MAX = 200


def api_tenant(request: HttpRequest) -> Entry:
    """The tenant of the bearer token, whose id is left in `request.api_token_id`; None without a known token."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_LENGTH_MAX:
        return None
    found = token_by_hash(hash_of_token(token.strip()))
    if found is None:
        return None
    request.api_token_id = found.id  # type: ignore[attr-defined]
    return found.tenant_id
