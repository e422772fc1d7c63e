"""Capture rules and mappings as they come through the channel: signed by the desk, and never code."""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from alongside_client.native import choose_mapping, globs
from alongside_client.page import Json
from alongside_client.personal import DATA_TYPES, find_personal, hidden

VERSION = 1


class BadRules(ValueError):
    """They are not the desk's own for this session: nothing is captured by them."""


@dataclass(frozen=True)
class Rules:
    """What the tenant wants hidden, and what native pages become."""

    masking: Json = field(default_factory=dict)
    mappings: dict[str, Json] = field(default_factory=dict)
    # Of the text that was signed, hex; the desk does not send again what the client has.
    sha256: str = ""

    def mapping_for(self, page_id: str) -> Json:
        return choose_mapping(self.mappings, page_id=page_id)

    def data_at(self, url: str) -> frozenset[str]:
        """The types of personal data that are hidden on pages of this URL."""
        scopes = [scope for scope in _list(self.masking, "urls") if _is_for(scope, url)]
        named = [kind for rules in (self.masking, *scopes) for kind in _list(rules, "data")]
        return frozenset(kind for kind in DATA_TYPES if kind in named)


def verified(text: str, *, signature: str, key: str, session_id: str) -> Rules:
    """The rules of this text; `signature` (64 bytes) and `key` (Ed25519, 32 bytes) in hex. Raise BadRules."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        raise BadRules("The rules are not signed by this desk.") from None
    said = json.loads(text)
    if said.get("version") != VERSION or said.get("session") != session_id:
        raise BadRules("The rules are of another version or session.")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Rules(masking=said["masking"], mappings=said["mappings"], sha256=digest)


def without_personal(text: str, types: Collection[str]) -> str:
    """The text without the data of these types."""
    return hidden(text, find_personal(text, types))


def _list(rules: Any, name: str) -> list[Any]:
    found = rules.get(name) if isinstance(rules, dict) else None
    return found if isinstance(found, list) else []


def _is_for(scope: Any, url: str) -> bool:
    pattern = scope.get("pattern") if isinstance(scope, dict) else None
    return isinstance(pattern, str) and globs(pattern, re.sub("#.*", "", url, flags=re.DOTALL))
