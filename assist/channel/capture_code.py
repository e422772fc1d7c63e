"""The capture code as it goes through the channel: raw deflate in frames, or by a URL good for one session only."""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame

DIST: Path = settings.BASE_DIR / "web" / "dist"
# By their names in `hello` and `welcome`, in the order of the pages that their frames carry: the second one is for
# pages that are not HTML. The third one, for frames of other sites, goes by its address only.
SCRIPTS = ("capture", "native", "framed")
PIECE_BYTES = 64 * 1024
SALT = "assist.capture"
# The page asks for it as soon as it is welcomed.
TICKET_SECONDS = 120


@dataclass(frozen=True)
class CaptureCode:
    """`sha256` (hex) and `size_bytes` are of `text`; `frames` carry it deflated."""

    sha256: str
    size_bytes: int
    text: bytes
    frames: tuple[bytes, ...]


def capture_code(script: str = "capture") -> CaptureCode:
    """What was built last; raises FileNotFoundError when nothing was."""
    return _load(script, (DIST / f"{script}.js").stat().st_mtime_ns)


def code_of_digest(sha256: str) -> CaptureCode | None:
    return next((code for code in map(capture_code, SCRIPTS) if code.sha256 == sha256), None)


def codes_for(hello: dict[str, Any]) -> dict[str, CaptureCode]:
    """The scripts that a hello names."""
    return {script: capture_code(script) for script in SCRIPTS if script in hello}


def announced(code: CaptureCode, hello: dict[str, Any], *, tenant_id: UUID, session_id: UUID) -> dict[str, Any]:
    """The `CaptureCode` of a welcome."""
    url = {"url": capture_url(tenant_id, session_id, code.sha256)} if hello["injection"] == "url" else {}
    return {"sha256": code.sha256, "size_bytes": code.size_bytes, **url}


def integrity_of(code: CaptureCode) -> str:
    """As the attribute of a script element has it."""
    return f"sha256-{base64.b64encode(bytes.fromhex(code.sha256)).decode()}"


def capture_url(tenant_id: UUID, session_id: UUID, sha256: str) -> str:
    """For pages whose policy lists hosts only: an address of ours, good for this session and TICKET_SECONDS."""
    ticket = signing.dumps({"tenant": str(tenant_id), "session": str(session_id), "sha256": sha256}, salt=SALT)
    return f"{settings.PUBLIC_URL}/assist/capture/{session_id}/{sha256}.js?ticket={ticket}"


def tenant_of_ticket(ticket: str, *, session_id: UUID, sha256: str) -> UUID | None:
    """None for a ticket that is not ours, too old, or of another session or code."""
    try:
        values = signing.loads(ticket, salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        return None
    tenant_id = values.pop("tenant", None)
    return UUID(tenant_id) if values == {"session": str(session_id), "sha256": sha256} else None


@lru_cache(maxsize=len(SCRIPTS))
def _load(script: str, _mtime_ns: int) -> CaptureCode:
    text = (DIST / f"{script}.js").read_bytes()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = deflate.compress(text) + deflate.flush()
    pieces = [deflated[i : i + PIECE_BYTES] for i in range(0, len(deflated), PIECE_BYTES)]
    page = SCRIPTS.index(script)
    frames = tuple(_frame(piece, page=page, more=i + 1 < len(pieces)) for i, piece in enumerate(pieces))
    return CaptureCode(hashlib.sha256(text).hexdigest(), len(text), text, frames)


def _frame(piece: bytes, *, page: int, more: bool) -> bytes:
    return encode_frame(Frame(FrameKind.CAPTURE_CODE, FrameFlag.MORE if more else 0, page, 0, 0, piece))
