"""The capture code as it goes through the channel: raw deflate in frames, or by a URL good for one session only."""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core import signing

from assist.channel.protocol import Frame, FrameFlag, FrameKind, encode_frame

PATH: Path = settings.BASE_DIR / "web" / "dist" / "capture.js"
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


def capture_code() -> CaptureCode:
    """What was built last; raises FileNotFoundError when nothing was."""
    return _load(PATH.stat().st_mtime_ns)


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


@lru_cache(maxsize=1)
def _load(_mtime_ns: int) -> CaptureCode:
    text = PATH.read_bytes()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = deflate.compress(text) + deflate.flush()
    pieces = [deflated[i : i + PIECE_BYTES] for i in range(0, len(deflated), PIECE_BYTES)]
    frames = tuple(_frame(piece, more=i + 1 < len(pieces)) for i, piece in enumerate(pieces))
    return CaptureCode(hashlib.sha256(text).hexdigest(), len(text), text, frames)


def _frame(piece: bytes, *, more: bool) -> bytes:
    return encode_frame(Frame(FrameKind.CAPTURE_CODE, FrameFlag.MORE if more else 0, 0, 0, 0, piece))
