"""Taking a session away: its rows in one transaction, which notes the objects that have to follow.

Rows go first, so that nothing ever points at an object that is gone; what the transaction notes (`Doomed`) is deleted
after it, and again by the sweep, until it is.
"""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from assist.channel.actions import lock_session
from assist.channel.models import AssistSession
from assist.pages.models import SessionAsset
from helpdesk.audit.actions import record
from helpdesk.audit.actors import Actor
from helpdesk.audit.models import Action
from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.events import publish
from helpdesk.tenants.keys import object_key
from recordings.keeping.models import Doomed, DoomedKind, ErasureItem, LegalHold
from recordings.keeping.queries import deletable, with_lost_renderers
from recordings.video.models import Recording

# A renderer that was taken for vanished may still be at its upload, of which each part is there or given up in less
# than two minutes (`store`), unless the machine stands still.
LOST_RENDERER = timedelta(minutes=5)


class Held(RuntimeError):
    """A legal hold keeps the session."""

    def __init__(self, hold: LegalHold) -> None:
        super().__init__(hold.session_id)
        self.hold = hold


class NotOver(RuntimeError):
    """The session goes on, its archive is not closed yet, or a worker renders its video and would write again."""


def delete_rows(session_id: UUID, *, now: datetime, item: ErasureItem | None = None) -> Counter[str]:
    """Rows that went, by kind. In the tenant's scope; raises `Held`, `NotOver`, `NoSession`.

    A hold that is placed at the same time waits for the session's lock, and then finds no session.
    """
    session = lock_session(session_id)
    hold = LegalHold.objects.filter(session=session).first()
    if hold:
        raise Held(hold)
    locked = list(Recording.objects.select_for_update().filter(session=session))  # nobody begins to render it meanwhile
    is_over = AssistSession.objects.filter(deletable(now), id=session_id).exists()
    if not is_over and (session.started_at or session.ended_at is None):
        raise NotOver(session_id)
    _doom(session, now=now, item=item)
    for recording in locked:
        publish(current_tenant_id(), "desk", kind="recording.deleted", payload={"id": str(recording.id)})
    _total, by_model = session.delete()
    return Counter({kind: count for label, count in by_model.items() if count for kind in [_kind(label)]})


def _kind(label: str) -> str:
    """`recordings_archive.ArchiveSegment` as `rows.ArchiveSegment`."""
    return f"rows.{label.rpartition('.')[2]}"


def _doom(session: AssistSession, *, now: datetime, item: ErasureItem | None) -> None:
    tenant_id = current_tenant_id()
    folders = [object_key(tenant_id, "sessions", session.id)]
    recordings = Recording.objects.filter(session=session).values_list("id", flat=True)
    folders += [object_key(tenant_id, "recordings", recording_id) for recording_id in recordings]
    assets = SessionAsset.objects.filter(session=session).values_list("asset__sha256", flat=True)
    names = [(DoomedKind.FOLDER, name) for name in folders] + [(DoomedKind.ASSET, sha256) for sha256 in assets]
    names.append((DoomedKind.KEYS, str(session.id)))
    of = {"item": item, "request_id": session.request_id, "created_at": now}
    Doomed.objects.bulk_create(Doomed(kind=kind, name=name, **of) for kind, name in names)
    again = [object_key(tenant_id, "recordings", recording_id) for recording_id in with_lost_renderers(session)]
    later = {"kind": DoomedKind.FOLDER, "not_before": now + LOST_RENDERER, **of}
    Doomed.objects.bulk_create(Doomed(name=name, **later) for name in again)


def delete_session(session_id: UUID, *, action: Action, actor: Actor, now: datetime) -> None:
    """A session that nobody holds: its rows now, what Valkey and the store have of it by a worker, after commit.

    In the tenant's scope; raises as `delete_rows`. While Valkey is away the sweep has to hand it over.
    """
    delete_rows(session_id, now=now)
    record(action, actor=actor, object_kind="session", object_id=session_id, now=now)
    tenant_id = current_tenant_id()
    transaction.on_commit(lambda: _hand_over(tenant_id), robust=True)  # Django can't log what a partial raises


def _hand_over(tenant_id: UUID) -> None:
    from recordings.keeping.tasks import delete_objects_task

    delete_objects_task.delay(str(tenant_id))
