"""What the server does with subtrees, as assist.pages.actions.ask_subtrees, without a database."""

import base64
from dataclasses import dataclass, field

from assist.pages.subtrees import NAME_LENGTH, SUBTREE_TYPE, names_of, subtree_digest
from tests.capture.sites import AssetStore


@dataclass
class Tenant:
    """The assets of one tenant, and which session asked first for a subtree that is not among them."""

    assets: AssetStore = field(default_factory=dict)
    askers: dict[str, int] = field(default_factory=dict)
    asked_bytes: int = 0

    def ask(self, session: int, row: str) -> dict[str, list[str] | list[int]]:
        self.asked_bytes += len(row)
        known = {name[:NAME_LENGTH]: name for name in self.subtrees()}
        names = names_of(base64.b64decode(row))
        wanted = [at for at, name in enumerate(names) if self._is_of_another(session, name) and name not in known]
        return {"known": [known[name] for name in names if name in known], "wanted": wanted}

    def subtrees(self) -> dict[str, bytes]:
        return {name: data for name, (kind, data) in self.assets.items() if kind == SUBTREE_TYPE}

    def keep(self, sha256: str, content_type: str, data: bytes) -> bool:
        if content_type == SUBTREE_TYPE and subtree_digest(data) != sha256:
            return False
        self.assets[sha256] = (content_type, data)
        return True

    def _is_of_another(self, session: int, name: str) -> bool:
        return self.askers.setdefault(name, session) != session
