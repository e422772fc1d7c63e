"""Pictures of labels and buttons, as PNG by their SHA-256."""

import hashlib
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice

from alongside_client.page import Json

KNOWN_MAX = 500
BYTES_MAX = 8 * 1024 * 1024


class Images:
    def __init__(self) -> None:
        # By Qt's own key of a pixmap's content.
        self._known: dict[int, tuple[str, bytes]] = {}
        self._used: dict[str, bytes] = {}

    def begin(self) -> None:
        """A page is read anew."""
        self._used = {}
        if len(self._known) > KNOWN_MAX:
            self._known = {}

    def used(self) -> dict[str, bytes]:
        """Of the page that was read last."""
        return self._used

    def put(self, node: Json, pixmap: Any) -> None:
        """The node shows this picture; one that is too large is left out."""
        key = pixmap.cacheKey()
        if key not in self._known:
            data = _png(pixmap)
            self._known[key] = hashlib.sha256(data).hexdigest(), data
        sha256, data = self._known[key]
        if 0 < len(data) <= BYTES_MAX:
            node["image"] = sha256
            self._used[sha256] = data


def _png(pixmap: Any) -> bytes:
    array = QByteArray()
    buffer = QBuffer(array)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")
    return bytes(array.data())
