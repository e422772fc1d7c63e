"""What the stage is given as an asset: never a document, never a script."""

import re
from dataclasses import dataclass
from uuid import UUID

from assist.pages.keys import asset_key
from assist.pages.queries import asset_for
from helpdesk.tenants import store

# What an image, a font or a style sheet can be. Everything else goes out as bytes without a meaning.
SHOWN_TYPES = re.compile(r"(image|font|audio|video)/[\w.+-]+|application/(x-)?font-[\w.+-]+")


@dataclass(frozen=True)
class StageAsset:
    content_type: str
    body: bytes


def stage_asset(session_id: UUID, *, sha256: str) -> StageAsset | None:
    """The asset, if this session of the current tenant refers to it and the store has it."""
    asset = asset_for(session_id, sha256)
    if asset is None:
        return None
    try:
        body = store.get(asset_key(asset.tenant_id, sha256))
    except store.NoSuchObject:
        return None
    return StageAsset(content_type=shown_type(asset.content_type), body=body)


def shown_type(content_type: str) -> str:
    """What a visitor named the asset, if that can't be a document or a script."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "text/css":  # kept as the browser's text, hence in UTF-8 whatever it was in
        return "text/css; charset=utf-8"
    return media_type if SHOWN_TYPES.fullmatch(media_type) else "application/octet-stream"
