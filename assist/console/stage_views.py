"""The stage's document and its assets. Whoever holds a ticket is let in; there is no other sign-in here."""

import secrets
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assist.console.assets import stage_asset
from assist.console.tickets import BadTicket, StageTicket, read_ticket
from helpdesk.accounts.queries import role_of
from helpdesk.tenants.context import tenant_scope

ASSET_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
NO_FEATURES = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "clipboard-read", "clipboard-write", "display-capture", "fullscreen",
        "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
        "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip

View = Callable[..., HttpResponse]


def stage_policy(nonce: str) -> str:
    """The policy of the stage, which the scriptless frame of the rebuilt page inherits.

    Scripts by nonce only: an asset of a hostile page comes from 'self' too. Styles are the visitor's own, so inline
    ones must work; what they can load ends at our asset route.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "style-src 'self' 'unsafe-inline' blob:",
            "img-src 'self' data: blob:",
            "font-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "connect-src 'self'",
            "frame-src 'none'",
            "object-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            f"frame-ancestors {settings.PUBLIC_URL}",
        ]
    )


def with_ticket(view: View) -> View:
    """Run the view in the tenant of the ticket, while the person still belongs to it; else 404."""

    @wraps(view)
    def guarded(request: HttpRequest, *, ticket: str, **kwargs: str) -> HttpResponse:
        try:
            admitted = read_ticket(ticket)
        except BadTicket:
            raise Http404 from None
        with tenant_scope(admitted.tenant_id):
            if role_of(admitted.user_id) is None:
                raise Http404
            return view(request, admitted, **kwargs)

    return guarded


@require_safe
@with_ticket
def stage(request: HttpRequest, ticket: StageTicket) -> HttpResponse:
    """The empty document in which `stage.js` rebuilds pages; everything it shows comes over a MessagePort."""
    nonce = secrets.token_urlsafe(18)
    answer = render(request, "assist/stage.html", {"nonce": nonce, "desk_origin": settings.PUBLIC_URL})
    answer["Content-Security-Policy"] = stage_policy(nonce)
    answer["Permissions-Policy"] = NO_FEATURES
    answer["Cross-Origin-Opener-Policy"] = "same-origin"
    answer["Origin-Agent-Cluster"] = "?1"
    answer["Cache-Control"] = "no-store"
    return _quiet(answer)


@require_safe
@with_ticket
def asset(request: HttpRequest, ticket: StageTicket, *, sha256: str) -> HttpResponse:
    """One asset that the session of the ticket refers to; its address is its content, so it never changes."""
    found = stage_asset(ticket.session_id, sha256=sha256)
    if found is None:
        raise Http404
    answer = HttpResponse(found.body, content_type=found.content_type)
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    answer["Content-Security-Policy"] = ASSET_POLICY
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return _quiet(answer)


def _quiet(answer: HttpResponse) -> HttpResponse:
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
