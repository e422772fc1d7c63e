"""How calls of the public page enter the tenant of their link (`settings.TENANT_ENTRIES`)."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from helpdesk.api.problems import problem_response
from helpdesk.tenants.middleware import Entry
from recordings.share.queries import live_link_of_token

TOKEN_MAX = 100


def share_tenant(request: HttpRequest) -> Entry:
    """The tenant of the token in the body, whose link is left in `request.share_link_id`; the page itself has none."""
    if request.method in ("GET", "HEAD"):
        return None
    token = body_of(request).get("token")
    found = live_link_of_token(token[:TOKEN_MAX] if isinstance(token, str) else "")
    if found is None:
        return dead_link()
    request.share_link_id = found.id  # type: ignore[attr-defined]
    return found.tenant_id


def dead_link() -> HttpResponse:
    """The same answer for every link that does not count, whatever the reason."""
    detail = _("This link does not count, or no longer: ask whoever sent it to you for a new one.")
    return problem_response(404, code="link_dead", detail=detail)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; `{}` for anything else."""
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
