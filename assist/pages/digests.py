"""What an asset is named by: the SHA-256 of its bytes, or of a subtree that of its canonical form."""

import hashlib
from typing import Protocol

from assist.pages.subtrees import SUBTREE_TYPE, NoSubtree, subtree_digest


class Digest(Protocol):
    """As `hashlib` has it."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class _OfSubtree:
    def __init__(self) -> None:
        self._data = bytearray()

    def update(self, data: bytes, /) -> None:
        self._data += data

    def hexdigest(self) -> str:
        """Empty for what is no subtree."""
        try:
            return subtree_digest(bytes(self._data))
        except NoSubtree:
            return ""


def digest_of(content_type: str) -> Digest:
    return _OfSubtree() if content_type == SUBTREE_TYPE else hashlib.sha256()


def is_itself(data: bytes, *, sha256: str, content_type: str) -> bool:
    """Whether bytes are those of the asset with this name."""
    digest = digest_of(content_type)
    digest.update(data)
    return digest.hexdigest() == sha256
