"""What has to be the same at the next start: passwords and ports, in one file that only its owner reads."""

import json
import os
import secrets
from pathlib import Path

from helpdesk.embedded import ports

FILE_NAME = "services.json"


class State:
    """Passwords and chosen ports of one ALONGSIDE_HOME, kept in `services.json` (mode 0600)."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / FILE_NAME
        self._values: dict[str, str | int] = json.loads(self.path.read_text()) if self.path.exists() else {}

    def secret(self, name: str) -> str:
        """The password of this name, made at the first call. Only letters, digits, `-` and `_`."""
        if name not in self._values:
            self._keep(name, secrets.token_urlsafe(32))
        return str(self._values[name])

    def port(self, name: str, *, preferred: int = 0) -> int:
        """The port of this name: the one used last if it is free, else the preferred, else any free one."""
        others = frozenset(int(v) for k, v in self._values.items() if k.endswith("_port") and k != f"{name}_port")
        port = ports.choose(self.known_port(name), preferred, taken=others)
        if port != self.known_port(name):
            self._keep(f"{name}_port", port)
        return port

    def known_port(self, name: str) -> int:
        """The port used last, 0 if there was none."""
        return int(self._values.get(f"{name}_port", 0))

    def _keep(self, name: str, value: str | int) -> None:
        """Write the file before anybody relies on the value, in one step: a kill in between leaves the old one."""
        self._values[name] = value
        draft = self.path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._values, file, indent=1)
        draft.replace(self.path)
