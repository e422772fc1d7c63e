"""Delivery of scripts: the loader, its rest, and the capture code for pages whose policy lists hosts only."""

import hashlib
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from assist.channel.capture_code import code_of_digest, tenant_of_ticket
from assist.channel.queries import session_is_open
from helpdesk.tenants.context import tenant_scope

DIST: Path = settings.BASE_DIR / "web" / "dist"
LOADER_SECONDS = 300
# A page that is loaded while the desk is away still has its loader, and comes back to its session by itself.
STALE_SECONDS = 86_400
REST_SECONDS = 31_536_000
REST_DIGEST_LENGTH = 16
CAPTURE_SECONDS = 86_400


@lru_cache(maxsize=2)
def _read(path: Path, _mtime_ns: int) -> tuple[bytes, str]:
    text = path.read_bytes()
    return text, hashlib.sha256(text).hexdigest()


def _current(name: str) -> tuple[bytes, str]:
    """The script and its SHA-256, in hex."""
    path = DIST / name
    return _read(path, path.stat().st_mtime_ns)


def _loader_etag(_request: HttpRequest) -> str:
    return f'"{_current("loader.js")[1][:32]}"'


@require_safe
@condition(etag_func=_loader_etag)
def loader_view(request: HttpRequest) -> HttpResponse:
    """The same for every tenant; who the desk is stands in the script tag."""
    cache = f"public, max-age={LOADER_SECONDS}, stale-while-revalidate={STALE_SECONDS}"
    return _script(_current("loader.js")[0], cache=cache)


@require_safe
def rest_view(request: HttpRequest, digest: str) -> HttpResponse:
    """The rest of the loader. A stub of another build, out of a cache or of another node, gets what there is: the two
    know whether they fit (web/protocol/stub.ts)."""
    text, sha256 = _current("rest.js")
    is_named = digest == sha256[:REST_DIGEST_LENGTH]
    return _script(text, cache=f"public, max-age={REST_SECONDS}, immutable" if is_named else "no-store")


@require_safe
def capture_view(request: HttpRequest, session_id: UUID, sha256: str) -> HttpResponse:
    """Good for one session while it lives, by the ticket that its channel handed over; 404 for any other address."""
    code = code_of_digest(sha256)
    tenant_id = tenant_of_ticket(request.GET.get("ticket", ""), session_id=session_id, sha256=sha256)
    if code is None or tenant_id is None or not _is_open(tenant_id, session_id):
        raise Http404
    return _script(code.text, cache=f"private, max-age={CAPTURE_SECONDS}, immutable")


def _is_open(tenant_id: UUID, session_id: UUID) -> bool:
    with tenant_scope(tenant_id):
        return session_is_open(session_id)


def _script(text: bytes, *, cache: str) -> HttpResponse:
    """Readable from any origin, which an integrity attribute needs."""
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = cache
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
