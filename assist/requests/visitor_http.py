"""The edge that visitors' pages call from another origin: CORS, limits, language, and errors as problem details."""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from assist.requests.limits import BODY_MAX_BYTES, Rate, seconds_to_wait
from helpdesk.tenants.lookups import assist_request_of_hash, tenant_of_public_key
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.origins import origin_is_allowed
from helpdesk.tenants.secrets import sha256_hex

Body = dict[str, Any]
PREFLIGHT_SECONDS = 600
# What browsers name as the origin of a document in a sandbox.
OPAQUE = "null"
SURROGATES = re.compile("[\ud800-\udfff]")


class Refusal(Exception):
    """A call that is answered with problem details: a stable `code` and a text for the visitor."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


def tenant_entry(request: HttpRequest) -> UUID | HttpResponseBase | None:
    """The tenant of a visitor's call: by its request token where it brings one, else by the public key in its body."""
    if request.method == "OPTIONS":
        return preflight(request)
    try:
        return _tenant_of(request)
    except Refusal as refusal:
        return problem_answer(request, refusal)


def _tenant_of(request: HttpRequest) -> UUID:
    token = bearer_token(request)
    if token:
        found = assist_request_of_hash(sha256_hex(token))
        if found is None:
            raise Refusal(401, "bad_token", _("This request is not known here. Send a new one."))
        return found.tenant_id
    public_key = str(_body(request).get("public_key", ""))
    tenant_id = tenant_of_public_key(public_key) if _can_be_kept(public_key) else None
    if tenant_id is None:
        raise Refusal(404, "unknown_desk", _("No desk has this public key. Check data-desk in the script tag."))
    return tenant_id


def visitor_call(
    *, rate: Rate, is_for_frames: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a view of `fn(request, *, tenant, body, **url_arguments)`; it answers JSON or raises `Refusal`.

    A call for frames is open to those that a sandbox leaves no origin.
    """

    def decorate(fn: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(fn)
        def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
            with translation.override(language_of(request)):
                try:
                    tenant = _admit(request, rate=rate, is_for_frames=is_for_frames)
                    return with_cors(request, fn(request, tenant=tenant, body=_body(request), **arguments))
                except Refusal as refusal:
                    return problem_answer(request, refusal)

        return view

    return decorate


def _admit(request: HttpRequest, *, rate: Rate, is_for_frames: bool) -> Tenant:
    if request.method != "POST":
        raise Refusal(405, "method_not_allowed", _("Use POST: reading an address changes nothing here."))
    tenant = Tenant.objects.get(pk=request.tenant_id)  # type: ignore[attr-defined]
    if not is_for_frames or origin_of(request) != OPAQUE:
        refuse_strangers(origin_of(request), tenant=tenant)
    wait = seconds_to_wait(rate, tenant_id=tenant.id, address=address_of(request), now=timezone.now().timestamp())
    if wait:
        text = _("Too many requests at once. Try again in %(seconds)d seconds.") % {"seconds": wait}
        raise Refusal(429, "rate_exceeded", text, retry_after=wait)
    return tenant


def refuse_strangers(origin: str, *, tenant: Tenant) -> None:
    """Raises Refusal `bad_origin` for what the tenant does not list."""
    if not origin_is_allowed(origin, patterns=tenant.allowed_origins):
        raise Refusal(403, "bad_origin", _("This site may not ask this desk for help: its origin is not in the list."))


def _body(request: HttpRequest) -> Body:
    """The JSON object of the body, `{}` for none; raises Refusal."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_MAX_BYTES or len(request.body) > BODY_MAX_BYTES:
        text = _("The request is larger than %(most)d bytes. Shorten it.") % {"most": BODY_MAX_BYTES}
        raise Refusal(413, "too_large", text)
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "bad_body", _("The request must be a JSON object."))
    return body


def text_field(body: Body, name: str, *, most: int, required: bool = False) -> str:
    """`body[name]` without blanks around it; raises Refusal `bad_field`, `too_long` or `missing_field`."""
    value = body.get(name) or ""
    if not isinstance(value, str) or not _can_be_kept(value):
        raise Refusal(400, "bad_field", _("“%(name)s” must be a text.") % {"name": name})
    if len(value) > most:
        values = {"name": name, "most": most}
        raise Refusal(400, "too_long", _("“%(name)s” is longer than %(most)d characters. Shorten it.") % values)
    if required and not value.strip():
        raise Refusal(400, "missing_field", _("“%(name)s” is missing.") % {"name": name})
    return value.strip()


def _can_be_kept(text: str) -> bool:
    """JSON can say what the database can't hold: a zero, and half of a surrogate pair."""
    return "\x00" not in text and not SURROGATES.search(text)


def refuse_unknown_fields(body: Body, *, known: set[str]) -> None:
    unknown = sorted(set(body) - known)
    if unknown:
        raise Refusal(400, "unknown_field", _("“%(name)s” is not known here.") % {"name": unknown[0][:50]})


def bearer_token(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def origin_of(request: HttpRequest) -> str:
    return request.headers.get("Origin", "")


def address_of(request: HttpRequest) -> str:
    """Behind a proxy the server (`daphne --proxy-headers`) has put the visitor's address here."""
    return str(request.META.get("REMOTE_ADDR", ""))


def language_of(request: HttpRequest) -> str:
    """What the page says, else what the browser prefers."""
    try:
        asked = _body(request).get("language")
    except Refusal:
        asked = None
    return known_language(asked) if isinstance(asked, str) and asked else translation.get_language_from_request(request)


def known_language(tag: str) -> str:
    """The language of the two that fits a BCP 47 tag."""
    return "zh-hans" if tag.lower().startswith("zh") else "en"


def is_page_of(origin: str, *, page_url: str) -> bool:
    """Whether `page_url` lies on `origin`: the link lands there, so it may lie nowhere else.

    A browser's address has no blanks, line feeds or invisible characters; in the mail of the link they would be words
    of a stranger.
    """
    if not page_url.isprintable() or " " in page_url or "\\" in page_url:
        return False
    try:
        parts = urlsplit(page_url)
        return f"{parts.scheme}://{parts.netloc}".lower() == origin.lower()
    except ValueError:
        return False


def preflight(request: HttpRequest, *, methods: str = "POST") -> HttpResponse:
    """Says nothing about any tenant: the call itself is checked against the tenant's origins."""
    response = with_cors(request, HttpResponse(status=204))
    response["Access-Control-Allow-Methods"] = methods
    response["Access-Control-Allow-Headers"] = "authorization, content-encoding, content-type"
    response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def with_cors(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Refusals are readable from anywhere, so that a site's developer sees the reason; they carry no tenant's data."""
    if origin_of(request):
        response["Access-Control-Allow-Origin"] = origin_of(request)
        response["Access-Control-Expose-Headers"] = "Retry-After"
    response["Vary"] = "Origin, Accept-Language"
    response["Cache-Control"] = "no-store"
    return response


def problem_answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    problem = {"type": "about:blank", "status": refusal.status, "code": refusal.code, "detail": refusal.detail}
    response = JsonResponse(problem, status=refusal.status, content_type="application/problem+json")
    if refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return with_cors(request, response)
