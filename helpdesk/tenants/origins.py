"""Which web origins may ask for assistance: patterns such as `https://*.example.com` and `http://localhost:*`."""

import re
from collections.abc import Iterable

_HOST = r"(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_PATTERN = re.compile(rf"https?://{_HOST}(?::(?:\*|[1-9][0-9]{{0,4}}))?\Z")


def is_origin_pattern(pattern: str) -> bool:
    """Scheme and host in lower case, without path; `*.` stands for any subdomains, `:*` for any port."""
    return _PATTERN.match(pattern) is not None


def origin_is_allowed(origin: str, *, patterns: Iterable[str]) -> bool:
    """Whether the value of an `Origin` header fits one of a tenant's `allowed_origins`."""
    return any(_compiled(pattern).match(origin.lower()) for pattern in patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"://\*\.", r"://(?:[a-z0-9-]+\.)+")
    return re.compile(escaped.removesuffix(r":\*") + (r"(?::[0-9]{1,5})?" if escaped.endswith(r":\*") else "") + r"\Z")
