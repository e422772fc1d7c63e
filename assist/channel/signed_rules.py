"""Rules for clients that run no code of ours: what `welcome` would say of capture, as one signed text."""

import hashlib
import json
from typing import Any
from uuid import UUID

from helpdesk.tenants.signing import signature_of

INJECTION = "rules"
VERSION = 1


def rules_part(parts: dict[str, Any], *, known: str, tenant_id: UUID, session_id: UUID) -> dict[str, Any]:
    """The fields of `welcome`: those of `parts` stand empty, `rules` has them, unless its SHA-256 is `known`."""
    text = json.dumps({"version": VERSION, "session": str(session_id), **parts}, sort_keys=True, ensure_ascii=False)
    empty: dict[str, Any] = {name: {} for name in parts}
    if hashlib.sha256(text.encode()).hexdigest() == known:
        return empty
    return {**empty, "rules": {"text": text, "signature": signature_of(text, tenant_id=tenant_id)}}
