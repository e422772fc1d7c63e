"""What a test does in the name of a cluster's application: run in a process that has the cluster's variables."""

import os
from collections.abc import Callable
from typing import Any


def enter(environment: dict[str, str]) -> None:
    """Once, at the start of that process."""
    os.environ |= environment | {"DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
    import django

    django.setup()


def call(fn: Callable[..., Any], tenant_id: Any, *arguments: Any) -> Any:
    """`fn(*arguments)` in the tenant's scope, if one is given."""
    from django.db import connections

    from helpdesk.tenants.context import tenant_scope

    try:
        if tenant_id is None:
            return fn(*arguments)
        with tenant_scope(tenant_id):
            return fn(*arguments)
    finally:
        connections.close_all()


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0)


def make_scene() -> dict[str, Any]:
    """A session whose visitor has agreed: `tenant`, `session`, `token`, and the agent's `cookie`."""
    from django.conf import settings

    from assist.channel.actions import open_session
    from helpdesk.tenants.context import tenant_scope
    from tests import factories

    tenant = factories.tenant()
    with tenant_scope(tenant.id):
        agent = factories.member(name="Agent")
        session = factories.assist_session(agent=agent)
        token = open_session(session.id)
    cookie = f"{settings.SESSION_COOKIE_NAME}={factories.session_cookie(agent)}"
    return {"tenant": tenant.id, "session": session.id, "token": token, "cookie": cookie}


def make_tenant() -> dict[str, Any]:
    """`tenant`, its `public_key`, and an agent's `cookie`."""
    from helpdesk.tenants.context import tenant_scope
    from tests import factories

    tenant = factories.tenant()
    with tenant_scope(tenant.id):
        agent = factories.member(name="Agent")
    return {"tenant": tenant.id, "public_key": tenant.public_key, "cookie": factories.session_cookie(agent)}


def accept(request_id: str) -> Any:
    """In the tenant's scope; the session's id."""
    from django.utils import timezone

    from assist.channel.answer import accept_request

    return accept_request(request_id, agent=None, now=timezone.now()).session.pk  # type: ignore[arg-type]


def forget_everything() -> None:
    from assist.channel.valkey import sync_client

    sync_client().flushall()


def kept_of_sessions() -> set[str]:
    """Which kinds of keys Valkey has of sessions: `state` of one that is over, for a while."""
    from assist.channel.valkey import sync_client

    return {key.decode().rpartition("}:")[2] for key in sync_client().scan_iter(match="t:*:{*}:*", count=1000)}


def end(session_id: Any) -> None:
    from django.utils import timezone

    from assist.channel.actions import end_session
    from assist.channel.models import EndReason

    end_session(session_id, reason=EndReason.AGENT_ENDED, now=timezone.now())


def facts(session_id: Any) -> dict[str, Any]:
    """`segments` that are committed, whether the archive `is_closed`, `durable` of the first tab, the recording."""
    from assist.channel.models import AssistSession
    from recordings.archive.models import ArchiveSegment
    from recordings.video.models import Recording, VideoSegment

    row = AssistSession.objects.get(id=session_id)
    recording = Recording.objects.filter(session_id=session_id).first()
    leased = VideoSegment.objects.filter(recording__session_id=session_id, done_at=None).exclude(lease_owner="")
    return {
        "segments": ArchiveSegment.objects.filter(session_id=session_id).count(),
        "is_closed": row.archive_closed_at is not None,
        "durable": row.durable_seqs.get("1", 0),
        "recording": recording.state if recording else None,
        "rendering": leased.count(),
        "duration_ms": recording.duration_ms if recording else None,
    }


def archived(session_id: Any) -> list[tuple[int, bytes]]:
    """(time of arrival, frame) of all that was ever taken, in order."""
    from assist.channel.models import AssistSession
    from recordings.archive import journal

    entries = journal.read(AssistSession.objects.get(id=session_id))
    return [(entry.received_at_ms, entry.frame) for entry in entries]


def has_object(session_id: Any, number: int) -> bool:
    """Whether an object of the session's segment with that number is in the store, whatever the rows say."""
    from django.conf import settings

    from helpdesk.tenants import store
    from helpdesk.tenants.context import current_tenant_id
    from helpdesk.tenants.keys import object_key

    prefix = object_key(current_tenant_id(), "sessions", session_id, "segments", f"{number:06d}-")
    direct = store.client(settings.S3_PUBLIC_ENDPOINT_URL)
    return bool(direct.list_objects_v2(Bucket=settings.S3_BUCKET, Prefix=prefix)["KeyCount"])


def store_refuses() -> bool:
    """It answers, but takes nothing."""
    from botocore.exceptions import BotoCoreError, ClientError
    from django.conf import settings

    from helpdesk.tenants import store

    direct = store.client(settings.S3_PUBLIC_ENDPOINT_URL, read_seconds=2, attempts=1)
    try:
        direct.head_bucket(Bucket=settings.S3_BUCKET)
    except (BotoCoreError, ClientError):
        return False
    try:
        direct.put_object(Bucket=settings.S3_BUCKET, Key="probe", Body=b"bytes")
    except (BotoCoreError, ClientError):
        return True
    return False


def set_grace(seconds: int) -> None:
    from helpdesk.tenants.queries import current_tenant

    tenant = current_tenant()
    tenant.grace_seconds = seconds
    tenant.save(update_fields=["grace_seconds"])
