"""The upload of assets by the visitor's page."""

import hashlib
import re
import zlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from assist.channel import limits
from assist.channel.models import SessionState
from assist.channel.queries import get_session
from assist.pages.actions import TooManyAssets, add_asset
from assist.pages.keys import asset_key
from assist.pages.queries import asset_for
from assist.pages.sniff import shown_type
from assist.requests.visitor_http import Refusal, bearer_token, origin_of, preflight, problem_answer, with_cors
from helpdesk.tenants import store
from helpdesk.tenants.lookups import assist_session_of_hash
from helpdesk.tenants.middleware import Entry
from helpdesk.tenants.origins import origin_is_allowed
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.secrets import sha256_hex

DIGEST = re.compile(r"[0-9a-f]{64}\Z")


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
    if not DIGEST.match(sha256):
        raise Refusal(400, "bad_digest", _("The address must end with a SHA-256 in lower-case hex."))
    if asset_for(session_id, sha256):
        return 200
    data = _body(request)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Refusal(422, "wrong_digest", _("The bytes do not have this SHA-256."))
    content_type = shown_type(request.headers.get("Content-Type", ""), data)
    if content_type is None:
        raise Refusal(415, "bad_type", _("Only images, fonts, style sheets, audio and video are kept."))
    return _keep(session_id, sha256, content_type, data)


def _check_right(request: HttpRequest, session_id: UUID) -> None:
    if request.assist_session_id != session_id:  # type: ignore[attr-defined]
        raise Refusal(403, "not_allowed", _("This channel token is of another session."))
    if not origin_is_allowed(origin_of(request), patterns=current_tenant().allowed_origins):
        raise Refusal(403, "bad_origin", _("This site is not among the desk's allowed origins."))
    if get_session(session_id).state == SessionState.ENDED:
        raise Refusal(409, "session_ended", _("The session has ended."))


def _keep(session_id: UUID, sha256: str, content_type: str, data: bytes) -> int:
    """The object exists before its row."""
    tenant_id = current_tenant().id
    try:
        store.put(asset_key(tenant_id, sha256), data, content_type=content_type)
        add_asset(session_id, sha256=sha256, content_type=content_type, size_bytes=len(data))
    except TooManyAssets:
        text = _("The session has %(count)d assets or %(size)d bytes of them already.")
        most = {"count": limits.SESSION_ASSETS, "size": limits.SESSION_ASSET_BYTES}
        raise Refusal(413, "too_many_assets", text % most) from None
    return 201


def _body(request: HttpRequest) -> bytes:
    text = _("An asset has 1 to %(most)d bytes.") % {"most": limits.ASSET_BYTES}
    too_large = Refusal(413, "too_large", text)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if not 0 < length <= limits.ASSET_BYTES:
        raise too_large
    data = request.read(limits.ASSET_BYTES + 1)
    if request.headers.get("Content-Encoding", "").lower() == "gzip":
        data = _inflate(data)
    if not 0 < len(data) <= limits.ASSET_BYTES:
        raise too_large
    return data


def _inflate(data: bytes) -> bytes:
    """At most one byte more than is allowed."""
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        return inflater.decompress(data, limits.ASSET_BYTES + 1)
    except zlib.error:
        raise Refusal(400, "bad_encoding", _("The body is not gzip as Content-Encoding says.")) from None
