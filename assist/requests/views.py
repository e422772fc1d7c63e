"""What the loader calls to ask for help, and to take that back."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assist.requests import limits
from assist.requests.actions import AlreadyBegun, Asking, cancel_request, create_request
from assist.requests.identity import Identity, checked_identity
from assist.requests.link_state import link_state
from assist.requests.models import AssistRequest
from assist.requests.queries import state_message
from assist.requests.visitor_http import (
    Body,
    Refusal,
    bearer_token,
    is_page_of,
    origin_of,
    refuse_unknown_fields,
    text_field,
    visitor_call,
)
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.secrets import sha256_hex

KNOWN_FIELDS = {"public_key", "page_url", "page_title", "note", "name", "email", "language", "ticket", "identity"}


@visitor_call(rate=limits.REQUEST_RATE)
def create_view(request: HttpRequest, *, tenant: Tenant, body: Body) -> HttpResponse:
    """201 `{request_id, request_token, state, message, expires_at}`."""
    asking = _asking(body, origin=origin_of(request), tenant=tenant)
    made, token = create_request(asking, tenant=tenant, now=timezone.now())
    answer = {
        "request_id": str(made.pk),
        "request_token": token,
        "state": made.state,
        "message": state_message(made, tenant=tenant),
        "expires_at": made.expires_at.isoformat(),
    }
    return JsonResponse(answer, status=201)


@visitor_call(rate=limits.REQUEST_RATE)
def cancel_view(request: HttpRequest, *, tenant: Tenant, body: Body, request_id: UUID) -> HttpResponse:
    """`{state}`, with the request token as bearer; 409 `already_begun` says where the session stands."""
    mine = AssistRequest.objects.filter(pk=request_id, token_hash=sha256_hex(bearer_token(request)))
    if not mine.exists():
        raise Refusal(401, "bad_token", _("This request is not known here. Send a new one."))
    try:
        return JsonResponse({"state": cancel_request(request_id, now=timezone.now()).state})
    except AlreadyBegun:
        raise Refusal(409, "already_begun", link_state(request_id).message) from None


def _asking(body: Body, *, origin: str, tenant: Tenant) -> Asking:
    refuse_unknown_fields(body, known=KNOWN_FIELDS)
    page_url = text_field(body, "page_url", most=limits.PAGE_URL_MAX, required=True)
    if not is_page_of(origin, page_url=page_url):
        raise Refusal(400, "bad_page_url", _("“page_url” must lie on the origin that asks."))
    return Asking(
        origin=origin,
        page_url=page_url,
        page_title=text_field(body, "page_title", most=limits.PAGE_TITLE_MAX),
        note=text_field(body, "note", most=limits.NOTE_MAX),
        language=get_language() or "en",
        identity=_identity(body, tenant=tenant),
        ticket_number=_ticket_number(body.get("ticket")),
    )


def _identity(body: Body, *, tenant: Tenant) -> Identity:
    """What a signature covers goes before what was typed into the form."""
    said = body.get("identity") or {}
    if not isinstance(said, dict):
        raise Refusal(400, "bad_field", _("“%(name)s” must be an object.") % {"name": "identity"})
    refuse_unknown_fields(said, known={"id", "name", "email", "signature"})
    identity = checked_identity(
        secret=tenant.identity_secret,
        external_id=text_field(said, "id", most=limits.NAME_MAX),
        name=text_field(said, "name", most=limits.NAME_MAX),
        email=_address(said),
        signature=text_field(said, "signature", most=128),
    )
    if identity.is_verified:
        return identity
    name = text_field(body, "name", most=limits.NAME_MAX) or identity.name
    return Identity(external_id=identity.external_id, name=name, email=_address(body) or identity.email)


def _address(body: Body) -> str:
    email = text_field(body, "email", most=limits.EMAIL_MAX)
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise Refusal(400, "bad_email", _("This is not an e-mail address. Correct it or leave it empty.")) from None
    return email


def _ticket_number(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        raise Refusal(400, "bad_field", _("“%(name)s” must be a ticket's number.") % {"name": "ticket"})
    return value
