"""Objects that no row names go when they are old; whatever is named, or may be under way, stays."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from assist.channel.models import AssistSession
from assist.pages.keys import asset_key
from assist.pages.models import Asset
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from recordings.keeping.orphans import ORPHAN_AGE, delete_orphans
from tests.keeping.kept import kept_session, keys_below

SOON, LATER = timezone.now(), timezone.now() + ORPHAN_AGE + timedelta(hours=1)


def uploads(tenant: Tenant) -> list[Any]:
    found = store.client().list_multipart_uploads(Bucket=settings.S3_BUCKET, Prefix=object_key(tenant.id))
    return [upload["UploadId"] for upload in found.get("Uploads", ())]


def test_only_old_objects_that_no_row_names_go(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        session = kept_session(tenant)
        writing = kept_session(tenant, archive_closed_at=None)
        gone = kept_session(tenant)
        gone_recording = gone.recording.id
        AssistSession.objects.filter(id=gone.id).delete()
        gone_asset = Asset.objects.order_by("created_at").last()
        gone_asset.delete()
    named = keys_below(tenant.id)
    recording = object_key(tenant.id, "recordings", session.recording.id)
    for key in (
        object_key(tenant.id, "sessions", session.id, "segments", "000001-of-the-slower-writer"),
        f"{recording}/segments/0-killed.mp4",
    ):
        store.put(key, b"x")
    stays = object_key(tenant.id, "sessions", writing.id, "segments", "000002-under-way")
    unknown = object_key(tenant.id, "something", "else")
    theirs = object_key(other_tenant.id, "sessions", gone.id, "segments", "000001")
    for key in (stays, unknown, theirs):
        store.put(key, b"x")
    assert delete_orphans(tenant.id, now=SOON) == 0
    assert delete_orphans(tenant.id, now=LATER) == 2 + 1 + 3 + 1
    lost = {asset_key(tenant.id, gone_asset.sha256)}
    left = {key for key in named if key not in lost and str(gone.id) not in key and str(gone_recording) not in key}
    assert set(keys_below(tenant.id)) == {*left, stays, unknown}
    assert keys_below(other_tenant.id) == [theirs]
    assert delete_orphans(tenant.id, now=LATER) == 0


def test_interrupted_uploads_are_ended(tenant: Tenant, other_tenant: Tenant) -> None:
    for each in (tenant, other_tenant):
        key = object_key(each.id, "recordings", "x", "video.mp4")
        begun = store.client().create_multipart_upload(Bucket=settings.S3_BUCKET, Key=key)
        part = {"UploadId": begun["UploadId"], "PartNumber": 1, "Body": b"x"}
        store.client().upload_part(Bucket=settings.S3_BUCKET, Key=key, **part)
    delete_orphans(tenant.id, now=SOON)
    assert len(uploads(tenant)) == 1
    delete_orphans(tenant.id, now=LATER)
    assert (len(uploads(tenant)), len(uploads(other_tenant))) == (0, 1)
