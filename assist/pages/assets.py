"""What may become an asset, whichever way its bytes came; all of it runs in the tenant's scope."""

import hashlib
import re
import zlib
from uuid import UUID

from assist.channel import limits
from assist.pages.actions import TooManyAssets, add_asset, check_room
from assist.pages.keys import asset_key
from assist.pages.locks import share_assets
from assist.pages.queries import asset_for, has_asset
from assist.pages.sniff import shown_type
from assist.pages.subtrees import SUBTREE_TYPE, NoSubtree, subtree_digest
from helpdesk.tenants import store
from helpdesk.tenants.queries import current_tenant

DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class AssetRefused(ValueError):
    """`code` is one of those that docs/protocol.md lists under assets."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_digest(text: str) -> bool:
    """A SHA-256 in lower-case hex."""
    return bool(DIGEST.match(text))


def take_asset(session_id: UUID, *, sha256: str, content_type: str, data: bytes) -> bool:
    """Keep the bytes if they have this SHA-256; true if the session had no such asset. Raise `AssetRefused`."""
    if asset_for(session_id, sha256):
        return False
    if not 0 < len(data) <= limits.ASSET_BYTES:
        raise AssetRefused("too_large")
    digest = _subtree_digest(data) if content_type == SUBTREE_TYPE else hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise AssetRefused("wrong_digest")
    shown = SUBTREE_TYPE if content_type == SUBTREE_TYPE else shown_type(content_type, data)
    if shown is None:
        raise AssetRefused("bad_type")
    _keep(session_id, sha256, shown, data)
    return True


def _subtree_digest(data: bytes) -> str:
    try:
        return subtree_digest(data)
    except NoSubtree:
        raise AssetRefused("bad_type") from None


def _keep(session_id: UUID, sha256: str, content_type: str, data: bytes) -> None:
    """The object exists before its row, and is written once: archives of other sessions refer to it."""
    try:
        check_room(session_id, size_bytes=len(data))  # or who has none would fill the store all the same
    except TooManyAssets:
        raise AssetRefused("too_many_assets") from None
    share_assets()
    if not has_asset(sha256):
        store.put(asset_key(current_tenant().id, sha256), data, content_type=content_type)
    add_asset(session_id, sha256=sha256, content_type=content_type, size_bytes=len(data))


def inflated(data: bytes) -> bytes:
    """Without its gzip: at most one byte more than is allowed. Raise `AssetRefused`."""
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        return inflater.decompress(data, limits.ASSET_BYTES + 1)
    except zlib.error:
        raise AssetRefused("bad_encoding") from None
