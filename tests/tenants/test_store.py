"""What is asked of the object store: with which encryption, in one piece or in parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError
from django.core.checks import run_checks

from helpdesk.tenants import store

PART_BYTES = 8 * 1024 * 1024


@pytest.fixture
def asked() -> Iterator[list[tuple[str, Any, Any]]]:
    """(operation, encryption, key) of each call that writes, as it goes to the store."""
    calls: list[tuple[str, Any, Any]] = []

    def note(params: dict[str, Any], model: Any, **_kwargs: Any) -> None:
        headers = params["headers"]
        found = [headers.get(f"x-amz-server-side-encryption{part}") for part in ("", "-aws-kms-key-id")]
        calls.append((model.name, *found))

    clients = (store.client(), store.client(read_seconds=store.QUICK_SECONDS, attempts=1))
    for client in clients:
        client.meta.events.register("before-call.s3", note, unique_id="test")
    yield calls
    for client in clients:
        client.meta.events.unregister("before-call.s3", unique_id="test")


@pytest.mark.parametrize(("kind", "key"), [("AES256", ""), ("aws:kms", "key-1"), ("", "")])
def test_every_way_of_writing_asks_for_the_encryption(
    asked: list[tuple[str, Any, Any]], settings: Any, tmp_path: Path, kind: str, key: str
) -> None:
    """Whether this store can do it, and with which key, is its own business: it may refuse."""
    settings.S3_ENCRYPTION, settings.S3_KMS_KEY_ID = kind, key
    large = tmp_path / "large"
    large.write_bytes(bytes(PART_BYTES + 1))
    for write in (
        lambda: store.put("tenants/x/a", b"a"),
        lambda: store.put_or_give_up("tenants/x/b", b"b"),
        lambda: store.put_file("tenants/x/c", str(large), content_type="video/mp4"),
    ):
        try:
            write()
        except (ClientError, S3UploadFailedError):
            assert kind
    wanted = (kind or None, key or None)
    found = {(name, *rest) for name, *rest in asked if name in ("PutObject", "CreateMultipartUpload")}
    assert found == {("PutObject", *wanted), ("CreateMultipartUpload", *wanted)}
    assert [name for name, *_rest in asked].count("PutObject") == 2


@pytest.mark.parametrize(
    ("kind", "key", "fault"), [("aes", "", "E005"), ("AES256", "key", "E006"), ("", "key", "E006")]
)
def test_a_wrong_setting_is_found_before_anything_is_written(settings: Any, kind: str, key: str, fault: str) -> None:
    settings.S3_ENCRYPTION, settings.S3_KMS_KEY_ID = kind, key
    assert f"tenants.{fault}" in {error.id for error in run_checks()}
