"""Everything that a session leaves anywhere, as bytes in which a secret can be looked for.

Each function gives (where, bytes); frames are given as they are and, per page, inflated.
"""

import json
import os
import urllib.request
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg import sql

from assist.channel.protocol import STREAMED, BadFrame, FrameFlag, decode_frame
from helpdesk.embedded.state import State
from recordings.archive.segments import CorruptSegment, decode_segment
from tests.page_streams import Said
from tests.services import HOME_VARIABLE, superuser

Place = tuple[str, bytes]
ZLIB_OR_GZIP, RAW = 47, -15


def opened(where: str, blobs: Iterable[bytes]) -> Iterator[Place]:
    """The blobs, what is in them where they are compressed, and what the page streams say of which they are pieces."""
    streams: dict[int, Said] = {}
    for blob in blobs:
        yield where, blob
        for form in (ZLIB_OR_GZIP, RAW):
            with suppress(zlib.error):
                yield f"{where}, inflated", zlib.decompressobj(form).decompress(blob)
        for frame in frames_in(blob):
            yield f"{where}, page stream", piece(streams, frame)


def frames_in(blob: bytes) -> list[bytes]:
    """Of an archive segment all, of a frame itself, of anything else none."""
    with suppress(CorruptSegment):
        return [entry.frame for entry in decode_segment(blob)]
    return [blob]


def piece(streams: dict[int, Said], data: bytes) -> bytes:
    """What this frame adds to the stream of its page."""
    try:
        frame = decode_frame(data)
    except BadFrame:
        return b""
    if frame.kind not in STREAMED:
        return frame.payload
    if frame.flags & FrameFlag.STREAM_START:
        streams[frame.page] = Said()
    return streams[frame.page].text(frame).encode() if frame.page in streams else b""


def in_valkey() -> Iterator[Place]:
    """Every key of this worker's database, by its name and its values."""
    import redis

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    for key in client.scan_iter(count=1000):
        yield "valkey, key", key
        yield from opened(f"valkey {key.decode('utf-8', 'replace')}", list(values_of(client, key)))


def values_of(client: Any, key: bytes) -> Iterator[bytes]:
    match client.type(key):
        case b"string":
            yield client.get(key) or b""
        case b"hash":
            for pair in client.hgetall(key).items():
                yield from pair
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.smembers(key)
        case b"zset":
            yield from client.zrange(key, 0, -1)
        case b"stream":
            for _entry, fields in client.xrange(key):
                for pair in fields.items():
                    yield from pair


def in_store() -> Iterator[Place]:
    """Every object of this worker's bucket: archive segments, assets, video, thumbnails."""
    from django.conf import settings

    from helpdesk.tenants import store

    pages = store.client().get_paginator("list_objects_v2").paginate(Bucket=settings.S3_BUCKET)
    keys = sorted(found["Key"] for page in pages for found in page.get("Contents", []))
    yield "store, keys", "\n".join(keys).encode()
    left = []
    for key in keys:
        with suppress(store.NoSuchObject):  # the segments of a video go once it is whole
            left.append(store.get(key))
    # One stream of a page goes on from segment to segment.
    yield from opened("store", left)


def in_database() -> Iterator[Place]:
    """Every value of every row of every table."""
    name = os.environ["DATABASE_URL"].rpartition("/")[2]
    with superuser(State(Path(os.environ[HOME_VARIABLE])), name) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            yield from opened(f"table {table}", [as_bytes(value) for row in rows for value in row if value is not None])


def as_bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()


def in_logs(*folders: Path) -> Iterator[Place]:
    """Every log file below these folders and of the services."""
    for folder in (*folders, Path(os.environ[HOME_VARIABLE])):
        for path in folder.rglob("*.log*"):
            if path.is_file():
                yield f"log {path.name}", path.read_bytes()


def in_metrics(base_url: str) -> Iterator[Place]:
    with urllib.request.urlopen(f"{base_url}/metrics", timeout=10) as answer:
        yield "metrics", answer.read()
