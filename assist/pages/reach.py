"""Which addresses the server may connect to when a visitor's page names a host: those of the open internet only.

The name is resolved here, once, and what is connected to is the address that was looked at.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from assist.pages.assets import AssetRefused

Resolve = Callable[[str, int], list[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# A resolver that does not answer holds a thread for up to half a minute, however short the patience of who asked.
_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="resolver")
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolved(host: str, port: int) -> list[str]:
    """What the system knows the name by; raise `OSError` or `UnicodeError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_kind, address in found))


async def addresses_of(host: str, port: int, *, resolve: Resolve = resolved) -> list[str]:
    """In the resolver's order. Raise `AssetRefused` unless there are some, and each of them may be reached."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_threads, resolve, host, port)
    except (OSError, UnicodeError):
        raise AssetRefused("not_reachable") from None
    if not found or not all(map(may_reach, found)):
        raise AssetRefused("not_reachable")
    return found


def may_reach(text: str) -> bool:
    """An address that is globally routable, or in one of `settings.ASSET_FETCH_NETWORKS`."""
    try:
        address = _plain(ipaddress.ip_address(text))
    except ValueError:
        return False
    return _is_public(address) or any(address in network for network in settings.ASSET_FETCH_NETWORKS)


def _plain(address: Address) -> Address:
    """The IPv4 address that is meant by an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address not in GLOBAL_UNICAST or address in SIX_TO_FOUR):
        return False
    return address.is_global and not address.is_multicast
