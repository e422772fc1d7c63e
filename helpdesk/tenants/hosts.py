"""Which sites the server may read assets from: patterns such as `cdn.example.com` and `*.example.com:8443`."""

import re
from collections.abc import Iterable

LENGTH_MAX = 260
PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PATTERN = re.compile(rf"(?:\*\.(?:{_LABEL}\.)+|(?:{_LABEL}\.)*){_LABEL}(?::([1-9][0-9]{{0,4}}))?\Z")


def is_host_pattern(pattern: str) -> bool:
    """A host name in lower case, maybe with a port; `*.` stands for any subdomains of a name with a dot in it."""
    found = _PATTERN.match(pattern)
    return found is not None and len(pattern) <= LENGTH_MAX and int(found[1] or 0) < 1 << 16


def host_is_allowed(host: str, *, scheme: str, port: int, patterns: Iterable[str]) -> bool:
    """Whether it fits one of a tenant's `asset_hosts`; without a port in the pattern only at the scheme's own."""
    return any(_fits(pattern, host, port, PORTS[scheme]) for pattern in patterns)


def _fits(pattern: str, host: str, port: int, default: int) -> bool:
    name, _, number = pattern.partition(":")
    is_named = host.endswith(name[1:]) if name.startswith("*.") else host == name
    return is_named and port == int(number or default)
