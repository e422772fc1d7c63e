"""What a visitor's page may send, and how often. docs/visitor-page.md states the same numbers."""

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from uuid import UUID

from django.core.cache import cache

from helpdesk.tenants.keys import cache_key

BODY_MAX_BYTES = 16 * 1024
PAGE_URL_MAX = 2000
PAGE_TITLE_MAX = 300
NOTE_MAX = 2000
NAME_MAX = 200
EMAIL_MAX = 254
LANGUAGE_MAX = 16
DECLINE_REASON_MAX = 1000
WINDOW_SECONDS = 60
# A page that waits for its answer has one socket and pings every 20 s.
SOCKETS_PER_REQUEST = 16
SOCKET_MESSAGES_PER_SECOND = 2


@dataclass(frozen=True)
class Rate:
    """Calls in a window of 60 seconds: from one address, and for the whole tenant."""

    name: str
    per_address: int
    per_tenant: int


REQUEST_RATE = Rate("request", per_address=20, per_tenant=600)
LINK_RATE = Rate("link", per_address=60, per_tenant=3000)
# Of their own: any site can make a browser ask, in a sandbox or in a frame, and consent must not wait for that.
FRAME_RATE = Rate("frame", per_address=200, per_tenant=6000)


def line_of(address: str) -> str:
    """What one address may do counts for all that one line has: of IPv6 that are 2 ** 64."""
    try:
        whole = IPv6Address(address)
    except AddressValueError:
        return address
    return str(whole.ipv4_mapped or IPv6Address(int(whole) >> 64 << 64))


def seconds_to_wait(rate: Rate, *, tenant_id: UUID, address: str, now: float) -> int:
    """Count one call; 0 when it is within the rate, else the seconds until the window ends. `now` is Unix time."""
    window = int(now // WINDOW_SECONDS)
    used = _count(tenant_id, "rate", rate.name, "address", line_of(address), window)
    if used <= rate.per_address:
        used = _count(tenant_id, "rate", rate.name, "all", window) - rate.per_tenant + rate.per_address
    return 0 if used <= rate.per_address else max(1, int((window + 1) * WINDOW_SECONDS - now))


def _count(tenant_id: UUID, *parts: object) -> int:
    key = cache_key(tenant_id, *parts)
    cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
    return int(cache.incr(key))
