"""The upload of assets by the visitor's page."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from assist.channel import limits
from assist.channel.models import SessionState
from assist.channel.queries import get_session
from assist.pages.assets import AssetRefused, inflated, is_digest, take_asset
from assist.pages.queries import asset_for
from assist.requests.visitor_http import Refusal, bearer_token, origin_of, preflight, problem_answer, with_cors
from helpdesk.tenants.lookups import assist_session_of_hash
from helpdesk.tenants.middleware import Entry
from helpdesk.tenants.origins import origin_is_allowed
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.secrets import sha256_hex

STATUSES = {"bad_encoding": 400, "too_large": 413, "too_many_assets": 413, "bad_type": 415, "wrong_digest": 422}
TEXTS: dict[str, Callable[[], str]] = {
    "bad_encoding": lambda: _("The body is not gzip as Content-Encoding says."),
    "too_large": lambda: _("An asset has 1 to %(most)d bytes.") % {"most": limits.ASSET_BYTES},
    "too_many_assets": lambda: (
        _("The session has %(count)d assets or %(size)d bytes of them already.")
        % {"count": limits.SESSION_ASSETS, "size": limits.SESSION_ASSET_BYTES}
    ),
    "bad_type": lambda: _("Only images, fonts, style sheets, audio and video are kept."),
    "wrong_digest": lambda: _("The bytes do not have this SHA-256."),
}


def tenant_entry(request: HttpRequest) -> Entry:
    """The tenant of the channel token, whose session is left in `request.assist_session_id`."""
    if request.method == "OPTIONS":
        return preflight(request, methods="PUT")
    found = assist_session_of_hash(sha256_hex(bearer_token(request)[:200]))
    if found is None:
        return problem_answer(request, Refusal(401, "bad_token", _("This channel token is not known here.")))
    request.assist_session_id = found.id  # type: ignore[attr-defined]
    return found.tenant_id


@csrf_exempt
def upload_asset(request: HttpRequest, session_id: UUID, sha256: str) -> HttpResponse:
    """201 for a new asset, 200 for a known one; nothing is kept unless its bytes have this SHA-256."""
    try:
        return with_cors(request, HttpResponse(status=_take(request, session_id, sha256)))
    except Refusal as refusal:
        return problem_answer(request, refusal)


def _take(request: HttpRequest, session_id: UUID, sha256: str) -> int:
    _check_right(request, session_id)
    if request.method != "PUT":
        raise Refusal(405, "method_not_allowed", _("Use PUT."))
    if not is_digest(sha256):
        raise Refusal(400, "bad_digest", _("The address must end with a SHA-256 in lower-case hex."))
    if asset_for(session_id, sha256):
        return 200
    try:
        content_type = request.headers.get("Content-Type", "")
        return 201 if take_asset(session_id, sha256=sha256, content_type=content_type, data=_body(request)) else 200
    except AssetRefused as refused:
        raise Refusal(STATUSES[refused.code], refused.code, TEXTS[refused.code]()) from None


def _check_right(request: HttpRequest, session_id: UUID) -> None:
    if request.assist_session_id != session_id:  # type: ignore[attr-defined]
        raise Refusal(403, "not_allowed", _("This channel token is of another session."))
    if not origin_is_allowed(origin_of(request), patterns=current_tenant().allowed_origins):
        raise Refusal(403, "bad_origin", _("This site is not among the desk's allowed origins."))
    if get_session(session_id).state == SessionState.ENDED:
        raise Refusal(409, "session_ended", _("The session has ended."))


def _body(request: HttpRequest) -> bytes:
    """Raise `AssetRefused`."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if not 0 < length <= limits.ASSET_BYTES:
        raise AssetRefused("too_large")
    data = request.read(limits.ASSET_BYTES + 1)
    return inflated(data) if request.headers.get("Content-Encoding", "").lower() == "gzip" else data
