"""Reads an asset of another site: one GET without credentials, cookies or referrer, within bounds on everything."""

import asyncio
import contextlib
import re
import ssl
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urljoin

import h11

from assist.channel import limits
from assist.pages.assets import AssetRefused
from assist.pages.reach import Resolve, addresses_of, resolved
from assist.pages.sniff import HEAD_BYTES, shown_type
from assist.pages.style_texts import in_utf8
from helpdesk.tenants.hosts import PORTS, host_is_allowed

URL = re.compile(r"(https?)://([a-z0-9.-]{1,253})(?::([0-9]{1,5}))?(/[!-~]*)?\Z", re.IGNORECASE)
# As the capture code reads no others either (web/capture/assets.ts).
CLAIMED = re.compile(r"(image/|font/|text/css|application/((x-)?font|vnd\.ms-fontobject|octet-stream))", re.IGNORECASE)
KEPT = ("image/", "font/", "text/css")
HEAD_MAX_BYTES = 32 * 1024
READ_BYTES = 64 * 1024
# What comes over the wire for an asset, its chunks' heads included.
WIRE_MAX_BYTES = 2 * limits.ASSET_BYTES
INFORMATIONAL_MAX = 4
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = [
    ("Accept", "image/avif,image/webp,image/*,font/*,text/css,*/*;q=0.5"),
    ("Accept-Encoding", "gzip"),
    ("User-Agent", "Alongside"),
    ("Connection", "close"),
]


@dataclass(frozen=True)
class Target:
    """`path` is that of the request, with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """As the Host header has it."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Remote:
    """`content_type` is what the bytes are; for `kept_seconds` they need not be read again."""

    data: bytes
    content_type: str
    kept_seconds: int


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: AsyncIterator[bytes]


def target_of(url: str, *, patterns: Sequence[str]) -> Target:
    """Raise `AssetRefused` for what is no address of the web, or of no host in the tenant's `asset_hosts`."""
    found = URL.match(url.partition("#")[0])
    if found is None or len(url) > limits.FETCH_URL_LENGTH:
        raise AssetRefused("not_allowed")
    scheme, host, given, path = found.groups()
    scheme, host = scheme.lower(), host.lower()
    port = int(given or PORTS[scheme])
    if not host_is_allowed(host, scheme=scheme, port=port, patterns=patterns):
        raise AssetRefused("not_allowed")
    return Target(scheme, host, port, path or "/")


async def read_remote(url: str, *, patterns: Sequence[str], resolve: Resolve = resolved) -> Remote:
    """The asset at `url`; each redirect is held to the same rules. Raise `AssetRefused`."""
    try:
        async with asyncio.timeout(limits.FETCH_SECONDS):
            for _hop in range(limits.FETCH_REDIRECTS + 1):
                async with _get(target_of(url, patterns=patterns), resolve) as answer:
                    if answer.status not in REDIRECTS:
                        return await _read(answer)
                    url = _joined(url, answer.headers.get("location", ""))
    except AssetRefused:
        raise
    except (OSError, EOFError, ValueError, h11.RemoteProtocolError):  # a timeout is one of the first
        pass
    raise AssetRefused("not_reachable")


def _joined(url: str, location: str) -> str:
    try:
        return quote(urljoin(url, location), safe="!#$%&'()*+,/:;=?@[]~")
    except ValueError:
        raise AssetRefused("not_allowed") from None


@contextlib.asynccontextmanager
async def _get(target: Target, resolve: Resolve) -> AsyncIterator[_Answer]:
    reader, writer = await _connect(target, resolve)
    try:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_MAX_BYTES)
        request = h11.Request(method="GET", target=target.path, headers=[("Host", target.name), *HEADERS])
        for event in (request, h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        events = _events(connection, reader)
        head = await _head(events)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        yield _Answer(head.status_code, headers, _pieces(events))
    finally:
        writer.transport.abort()


async def _connect(target: Target, resolve: Resolve) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the very address that was looked at; the certificate is that of the name."""
    secure: Any = {"ssl": _tls(), "server_hostname": target.host} if target.scheme == "https" else {}
    for address in await addresses_of(target.host, target.port, resolve=resolve):
        # Where one is silent, as IPv6 on a machine that has no way out for it, another may answer.
        with contextlib.suppress(OSError):
            async with asyncio.timeout(limits.FETCH_CONNECT_SECONDS):
                return await asyncio.open_connection(address, target.port, limit=READ_BYTES, **secure)
    raise AssetRefused("not_reachable")


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _events(connection: h11.Connection, reader: asyncio.StreamReader) -> AsyncIterator[h11.Event]:
    taken = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(READ_BYTES)
            taken += len(data)
            if taken > WIRE_MAX_BYTES:
                raise AssetRefused("too_large")
            connection.receive_data(data)
        elif isinstance(event, h11.Event):
            yield event
        else:  # the other side wants to speak another protocol
            raise EOFError


async def _head(events: AsyncIterator[h11.Event]) -> h11.Response:
    for _early in range(INFORMATIONAL_MAX + 1):
        event = await anext(events)
        if isinstance(event, h11.Response):
            return event
    raise EOFError


async def _pieces(events: AsyncIterator[h11.Event]) -> AsyncIterator[bytes]:
    async for event in events:
        if isinstance(event, h11.EndOfMessage):
            return
        if not isinstance(event, h11.Data):
            raise EOFError
        yield bytes(event.data)


async def _read(answer: _Answer) -> Remote:
    if answer.status != 200:
        raise AssetRefused(f"status_{answer.status}")
    claimed = answer.headers.get("content-type", "application/octet-stream")
    if not CLAIMED.match(claimed):
        raise AssetRefused("bad_type")
    if int(answer.headers.get("content-length", 0)) > limits.ASSET_BYTES:
        raise AssetRefused("too_large")
    data = await _body(_inflated(answer), claimed)
    shown = _kept_type(claimed, data)
    return Remote(in_utf8(data, claimed) if shown.startswith("text/css") else data, shown, _kept_seconds(answer))


async def _body(pieces: AsyncIterator[bytes], claimed: str) -> bytes:
    """What turns out to be something else is not read to its end."""
    data = bytearray()
    async for piece in pieces:
        was_known = len(data) >= HEAD_BYTES
        data += piece
        if len(data) > limits.ASSET_BYTES:
            raise AssetRefused("too_large")
        if not was_known and len(data) >= HEAD_BYTES:
            _kept_type(claimed, data)
    return bytes(data)


def _kept_type(claimed: str, data: bytes | bytearray) -> str:
    shown = shown_type(claimed, bytes(data[:HEAD_BYTES]))
    if shown is None or not shown.startswith(KEPT):
        raise AssetRefused("bad_type")
    return shown


async def _inflated(answer: _Answer) -> AsyncIterator[bytes]:
    """Of each piece at most a byte more than an asset may have."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "identity", ""):
        raise AssetRefused("bad_encoding")
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    async for piece in answer.body:
        try:
            yield inflater.decompress(piece, limits.ASSET_BYTES + 1) if inflater else piece
        except zlib.error:
            raise AssetRefused("bad_encoding") from None
    if inflater and not inflater.eof:
        raise AssetRefused("bad_encoding")


def _kept_seconds(answer: _Answer) -> int:
    """As its cache time says, within bounds."""
    control = answer.headers.get("cache-control", "").lower()
    if re.search(r"\b(no-store|no-cache|private)\b", control):
        return limits.FETCHED_LEAST_SECONDS
    said = re.search(r"\bs-maxage=(\d{1,9})", control) or re.search(r"\bmax-age=(\d{1,9})", control)
    seconds = int(said[1]) if said else limits.FETCHED_SECONDS
    return min(max(seconds, limits.FETCHED_LEAST_SECONDS), limits.FETCHED_MOST_SECONDS)
