"""Object storage. Keys come from `helpdesk.tenants.keys.object_key`, so each begins with its tenant."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings

CONNECT_SECONDS = 3
READ_SECONDS = 30
QUICK_SECONDS = 5
ATTEMPTS = 3
PIECE_BYTES = 1024 * 1024
# What S3 takes in one call, and lists on one page.
DELETED_AT_ONCE = 1000


class NoSuchObject(LookupError):
    """There is no object with this key."""


class NotDeleted(RuntimeError):
    """The store has answered that it keeps some of the objects; the others are gone."""


@cache
def client(endpoint_url: str | None = None, *, read_seconds: int = READ_SECONDS, attempts: int = ATTEMPTS) -> Any:
    """One thread-safe boto3 client for each endpoint and patience; credentials come from the environment."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=min(CONNECT_SECONDS, read_seconds),
        read_timeout=read_seconds,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3", endpoint_url=endpoint_url or settings.S3_ENDPOINT_URL, region_name=settings.S3_REGION, config=config
    )


def _encryption() -> dict[str, str]:
    """What every object is written with: nothing, or how the store encrypts it."""
    wanted = {"ServerSideEncryption": settings.S3_ENCRYPTION, "SSEKMSKeyId": settings.S3_KMS_KEY_ID}
    return {name: value for name, value in wanted.items() if value}


def put(key: str, data: bytes, *, content_type: str = "application/octet-stream") -> None:
    client().put_object(Bucket=settings.S3_BUCKET, Key=key, Body=data, ContentType=content_type, **_encryption())


def put_or_give_up(key: str, data: bytes) -> None:
    """One short attempt, for what is tried again anyway: a full store may not answer."""
    once = client(read_seconds=QUICK_SECONDS, attempts=1)
    kind = "application/octet-stream"
    once.put_object(Bucket=settings.S3_BUCKET, Key=key, Body=data, ContentType=kind, **_encryption())


def put_file(key: str, path: str, *, content_type: str) -> None:
    """Upload a file of any size, in parts where it is large; the store refuses a part whose SHA-256 is another."""
    checked = {"ContentType": content_type, "ChecksumAlgorithm": "SHA256", **_encryption()}
    client().upload_file(path, settings.S3_BUCKET, key, ExtraArgs=checked)


def get(key: str, *, part: tuple[int, int] | None = None) -> bytes:
    """All of it, or the `part` (start, size in bytes); raise `NoSuchObject` when there is nothing there."""
    extent = {"Range": f"bytes={part[0]}-{part[0] + part[1] - 1}"} if part else {}
    try:
        body = client().get_object(Bucket=settings.S3_BUCKET, Key=key, **extent)["Body"]
    except ClientError as error:
        _raise_missing(error, key)
        raise
    return bytes(body.read())


def stream(key: str) -> Iterator[bytes]:
    """In pieces of `PIECE_BYTES`, each asked for by itself: no connection waits for a slow reader.

    Raise `NoSuchObject` when there is none.
    """
    for start in range(0, size(key), PIECE_BYTES):
        yield get(key, part=(start, PIECE_BYTES))


def get_file(key: str, path: str) -> None:
    """Write an object of any size to `path`; raise `NoSuchObject` when there is none."""
    try:
        client().download_file(settings.S3_BUCKET, key, path)
    except ClientError as error:
        _raise_missing(error, key)
        raise


def size(key: str) -> int:
    """Bytes; raise `NoSuchObject` when there is none."""
    try:
        return int(client().head_object(Bucket=settings.S3_BUCKET, Key=key)["ContentLength"])
    except ClientError as error:
        _raise_missing(error, key)
        raise


def delete(key: str) -> None:
    client().delete_object(Bucket=settings.S3_BUCKET, Key=key)


def delete_many(keys: Sequence[str]) -> None:
    """At most `DELETED_AT_ONCE`, in one short attempt: others wait meanwhile. Raise `NotDeleted`."""
    if keys:
        _delete_listed(client(read_seconds=QUICK_SECONDS, attempts=1), keys)


def _delete_listed(by: Any, keys: Sequence[str]) -> None:
    listed = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
    errors = by.delete_objects(Bucket=settings.S3_BUCKET, Delete=listed).get("Errors")
    if errors:
        raise NotDeleted(f"{len(errors)} of {len(keys)}: {errors[0]}")


def sizes_below(folder: str) -> Iterator[int]:
    """Bytes of each object whose key begins with `folder` and a slash."""
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=settings.S3_BUCKET, Prefix=f"{folder}/")
    yield from (size for size in pages.search("Contents[].Size") if size is not None)


def delete_below(folder: str) -> None:
    """Delete every object whose key begins with `folder` and a slash, and what of one was being uploaded.

    Raise `NotDeleted` when the store keeps one.
    """
    end_uploads_below(folder)
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=settings.S3_BUCKET, Prefix=f"{folder}/")
    for page in pages:
        keys = [found["Key"] for found in page.get("Contents", ())]
        if keys:
            _delete_listed(client(), keys)


def keys_before(folder: str, *, before: datetime) -> Iterator[list[str]]:
    """Of the objects below `folder` that were written before, in order, at most 1,000 at a time."""
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=settings.S3_BUCKET, Prefix=f"{folder}/")
    for page in pages:
        yield [found["Key"] for found in page.get("Contents", ()) if found["LastModified"] < before]


def uploads_below(folder: str, *, before: datetime | None = None) -> list[dict[str, str]]:
    """`{Key, UploadId}` of uploads in parts that are not complete: under way, or left by who was killed.

    With `before` those that were begun before.
    """
    uploads = client().get_paginator("list_multipart_uploads")
    pages = uploads.paginate(Bucket=settings.S3_BUCKET, Prefix=f"{folder}/")
    found = (upload for page in pages for upload in page.get("Uploads") or [])
    old = (upload for upload in found if before is None or upload["Initiated"] < before)
    return [{"Key": upload["Key"], "UploadId": upload["UploadId"]} for upload in old]


def end_uploads_below(folder: str, *, before: datetime | None = None) -> None:
    """Whoever is at one of them fails."""
    for upload in uploads_below(folder, before=before):
        client().abort_multipart_upload(Bucket=settings.S3_BUCKET, **upload)


def presign(key: str, *, expires_seconds: int, filename: str | None = None) -> str:
    """A GET URL on S3_PUBLIC_ENDPOINT_URL, since the signature covers the host; `filename` makes it a download."""
    params = {"Bucket": settings.S3_BUCKET, "Key": key}
    if filename:
        params["ResponseContentDisposition"] = f'attachment; filename="{filename}"'
    public = client(settings.S3_PUBLIC_ENDPOINT_URL)
    return str(public.generate_presigned_url("get_object", Params=params, ExpiresIn=expires_seconds))


def _raise_missing(error: ClientError, key: str) -> None:
    if error.response.get("Error", {}).get("Code") in {"404", "NoSuchKey", "NotFound", "InvalidRange"}:
        raise NoSuchObject(key) from error
