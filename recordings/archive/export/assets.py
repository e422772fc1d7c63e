"""What an export takes from the session's assets: style sheets, small pictures and fonts, subtrees that pages share."""

import base64
import io
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from PIL import Image

from assist.pages.digests import is_itself
from assist.pages.keys import asset_key
from assist.pages.queries import assets_of
from assist.pages.subtrees import SUBTREE_TYPE
from helpdesk.tenants import store
from helpdesk.tenants.context import current_tenant_id

# A larger one keeps its address: it would stand in each snapshot of its page again.
PICTURE_BYTES = 256 * 1024
PICTURES = ("PNG", "WEBP", "JPEG")
CACHE_BYTES = 32 * 1024 * 1024
MOST_ADDRESSES = 20_000
# Of what is put in place of addresses: into one event, the pictures of one sheet, and into a whole export.
EVENT_CHARACTERS = 8 * 1024 * 1024
SHEET_CHARACTERS = 2 * 1024 * 1024
EXPORT_CHARACTERS = 1024 * 1024 * 1024


class Room:
    """For what is put in; once something had none, all that follows keeps its address."""

    def __init__(self, characters: int, *, of: "Room | None" = None) -> None:
        self.left: int = min(characters, of.left) if of else characters
        self._of = of

    def admit(self, text: str | None) -> str | None:
        """The text, or None where it has no room."""
        size = len(text or "")
        if size > self.left:
            self.left = 0
            return None
        self.left -= size
        if self._of:
            self._of.admit(text)
        return text


class ArchiveAssets:
    """`types` has the content type of each asset by SHA-256; `load` returns its bytes or raises `NoSuchObject`."""

    def __init__(self, types: Mapping[str, str], load: Callable[[str], bytes]) -> None:
        self._types, self._load = types, load
        self.room = Room(EXPORT_CHARACTERS)
        self._digests: dict[str, str] = {}
        self._cache: OrderedDict[str, bytes] = OrderedDict()

    def learn(self, digests: Mapping[str, str]) -> None:
        """What addresses resolve to, as the pages say."""
        room = MOST_ADDRESSES - len(self._digests)
        self._digests.update(list(digests.items())[: max(0, room)])

    def sheet(self, address: str) -> str | None:
        """The text of a style sheet."""
        sha256 = self._digests.get(address, "")
        data = self._data(sha256) if self._types.get(sha256, "").startswith("text/css") else None
        return None if data is None else data.decode(errors="replace")

    def picture(self, address: str) -> str | None:
        """A picture or font that is not too large, as a `data:` URL."""
        sha256 = address.removeprefix("asset:") if address.startswith("asset:") else self._digests.get(address, "")
        kind = self._types.get(sha256, "").partition(";")[0]
        data = self._data(sha256) if kind.startswith(("image/", "font/", "application/font")) else None
        if data is None or len(data) > PICTURE_BYTES:
            return None
        return _data_url(kind, data)

    def canvas(self, said: str) -> str | None:
        """The picture of a canvas: that of an asset, or `WHOLE PART x y` of two."""
        whole, *part = said.split(" ")
        found = self.picture(f"asset:{whole}")
        if not part or found is None:
            return found
        try:
            return self._pasted(whole, *part)
        except (OSError, ValueError, Image.DecompressionBombError):
            return found

    def _pasted(self, whole: str, part: str, x: str, y: str) -> str:
        data = [self._data(sha256) or b"" for sha256 in (whole, part)]
        picture, pasted = (Image.open(io.BytesIO(each), formats=PICTURES).convert("RGBA") for each in data)
        picture.paste(pasted, (int(x), int(y)))
        made = io.BytesIO()
        picture.save(made, "WEBP", quality=80)
        return _data_url("image/webp", made.getvalue())

    def subtree(self, sha256: str) -> Any:
        """Nodes without ids, as they were put on a shelf."""
        data = self._data(sha256) if self._types.get(sha256) == SUBTREE_TYPE else None
        try:
            return None if data is None else json.loads(data)
        except (ValueError, RecursionError):
            return None

    def _data(self, sha256: str) -> bytes | None:
        if sha256 in self._cache:
            self._cache.move_to_end(sha256)
            return self._cache[sha256]
        try:
            data = self._load(sha256)
        except store.NoSuchObject:
            return None
        self._cache[sha256] = data
        while sum(map(len, self._cache.values())) > CACHE_BYTES and len(self._cache) > 1:
            self._cache.popitem(last=False)
        return data


def _data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def archive_assets(session_id: UUID) -> ArchiveAssets:
    """Of a session of the current tenant; what it does after that needs no scope."""
    tenant_id = current_tenant_id()
    types = dict(assets_of(session_id).values_list("sha256", "content_type"))

    def load(sha256: str) -> bytes:
        data = store.get(asset_key(tenant_id, sha256))
        if not is_itself(data, sha256=sha256, content_type=types.get(sha256, "")):
            raise store.NoSuchObject(f"asset {sha256} is another than was written")
        return data

    return ArchiveAssets(types, load)
