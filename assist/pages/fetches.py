"""Assets of other sites that a visitor's browser shows and may not read: the tenant's `asset_hosts` let the server.

Each is read once and kept by its cache time for all sessions of the tenant. The bytes go to the store; the visitor's
page learns their digest, which is the name that the stage knows them by.
"""

import asyncio
import hashlib
import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from functools import cache as once
from uuid import UUID

from django.core.cache import cache

from assist.channel import limits
from assist.channel.metrics import FETCHES, meters_of
from assist.channel.protocol import ErrorCode
from assist.channel.queries import session_is_open
from assist.channel.socket import Refused
from assist.channel.turns import turn
from assist.pages.actions import has_room, refer_to
from assist.pages.assets import AssetRefused, take_asset
from assist.pages.remote import Remote, read_remote, target_of
from assist.pages.style_texts import leading_parts
from assist.requests.limits import Rate, seconds_to_wait
from helpdesk.tenants.context import current_tenant_id, run_in_tenant
from helpdesk.tenants.keys import cache_key
from helpdesk.tenants.queries import current_tenant
from helpdesk.tenants.secrets import sha256_hex

logger = logging.getLogger(__name__)
RATE = Rate("fetch", per_address=limits.SESSION_FETCHES_PER_MINUTE, per_tenant=limits.TENANT_FETCHES_PER_MINUTE)
Outcome = Remote | AssetRefused
_flights: dict[tuple[UUID, str], "Future[Outcome]"] = {}


@dataclass(frozen=True)
class Fetched:
    """The digest, or the code of why there is none; `style` as of `leading_parts`, of style sheets only."""

    sha256: str = ""
    code: str = ""
    style: str = ""


async def fetch_asset(tenant_id: UUID, session_id: UUID, url: str) -> Fetched:
    """Raises `Refused` when the session has ended, or asks for far too much at once."""
    async with turn(session_id, what="fetch", at_once=limits.SESSION_FETCHES):
        async with turn(session_id):
            known = await run_in_tenant(tenant_id, _looked_up, session_id, url)
        if not isinstance(known, Fetched) and (tenant_id, url) not in _flights:
            # Who read it may have come to the end since it was looked up.
            async with turn(session_id):
                known = await run_in_tenant(tenant_id, _remembered, session_id, url) or known
        if isinstance(known, Fetched):
            return known
        try:
            remote = await _read(tenant_id, url, patterns=known)
            async with turn(session_id):
                return await run_in_tenant(tenant_id, _kept, session_id, url, remote)
        finally:
            # Not sooner: who asks before it is remembered, or while it is still under way, joins in.
            if flight := _flights.get((tenant_id, url)):
                flight.add_done_callback(lambda done: _forget((tenant_id, url), done))


def _forget(key: tuple[UUID, str], flight: "Future[Outcome]") -> None:
    if _flights.get(key) is flight:
        del _flights[key]


def _looked_up(session_id: UUID, url: str) -> Fetched | list[str]:
    """What is known already, or the patterns by which it may be read now."""
    if not session_is_open(session_id):
        raise Refused(ErrorCode.SESSION_ENDED)
    tenant = current_tenant()
    try:
        target_of(url, patterns=tenant.asset_hosts)
        if known := _remembered(session_id, url):
            return known
        _check_bounds(session_id)
    except AssetRefused as refused:
        return Fetched(code=refused.code)
    return list(tenant.asset_hosts)


def _remembered(session_id: UUID, url: str) -> Fetched | None:
    kept = cache.get(_key(url))
    found = Fetched(**kept) if kept else None
    if found and found.sha256 and not refer_to(session_id, found.sha256):
        return None
    return found


def _check_bounds(session_id: UUID) -> None:
    if not has_room(session_id):
        raise AssetRefused("too_many_assets")
    if seconds_to_wait(RATE, tenant_id=current_tenant_id(), address=str(session_id), now=time.time()):
        raise AssetRefused("rate_exceeded")


async def _read(tenant_id: UUID, url: str, *, patterns: list[str]) -> Outcome:
    try:
        async with (
            asyncio.timeout(limits.FETCH_WAIT_SECONDS),
            turn(tenant_id, what="fetch", at_once=limits.TENANT_FETCHES),
        ):
            # One that gives up does not take it from the others who wait.
            return await asyncio.shield(asyncio.wrap_future(_flight(tenant_id, url, patterns)))
    except (TimeoutError, Refused):
        return AssetRefused("rate_exceeded")


def _flight(tenant_id: UUID, url: str, patterns: list[str]) -> "Future[Outcome]":
    """The reading that is under way, else a new one."""
    key = tenant_id, url
    flight = _flights.get(key)
    if flight is None:
        flight = _flights[key] = asyncio.run_coroutine_threadsafe(_outcome(url, patterns), _loop())
    return flight


async def _outcome(url: str, patterns: list[str]) -> Outcome:
    try:
        return await read_remote(url, patterns=patterns)
    except AssetRefused as refused:
        return refused


@once
def _loop() -> asyncio.AbstractEventLoop:
    """Of its own, so that no foreign site takes time from the sockets."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="asset fetches", daemon=True).start()
    return loop


def _kept(session_id: UUID, url: str, remote: Outcome) -> Fetched:
    """In the store, and remembered; what failed is remembered as well, for the shortest time."""
    seconds = limits.FETCHED_LEAST_SECONDS
    try:
        if isinstance(remote, AssetRefused):
            raise remote
        found, seconds = _stored(session_id, remote), remote.kept_seconds
    except AssetRefused as refused:
        found = Fetched(code=refused.code)
    if found.code not in ("too_many_assets", "rate_exceeded"):  # which say nothing of the asset
        cache.set(_key(url), asdict(found), timeout=seconds)
    _tell(session_id, url, found.code)
    return found


def _stored(session_id: UUID, remote: Remote) -> Fetched:
    if not session_is_open(session_id):
        raise Refused(ErrorCode.SESSION_ENDED)
    sha256 = hashlib.sha256(remote.data).hexdigest()
    take_asset(session_id, sha256=sha256, content_type=remote.content_type, data=remote.data)
    is_style = remote.content_type.startswith("text/css")
    return Fetched(sha256=sha256, style=leading_parts(remote.data) if is_style else "")


def _tell(session_id: UUID, url: str, code: str) -> None:
    """The log has the site, and nothing of what the address says beside it."""
    outcome = "status" if code.startswith("status_") else code or "kept"
    FETCHES.labels(meters_of(current_tenant().slug).tenant, outcome).inc()
    if code:
        site = "/".join(url.split("/", 3)[:3])
        logger.info("asset fetch: %s refused with %s, session %s", site, code, session_id)


def _key(url: str) -> str:
    return cache_key(current_tenant_id(), "fetched", sha256_hex(url))
