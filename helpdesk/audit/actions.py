"""The one way into the audit log, and the way out of it by age."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from helpdesk.audit.actors import Actor
from helpdesk.audit.models import KEPT_DAYS_MIN, Action, AuditEvent

DETAILS_BYTES_MAX = 4096
FORGOTTEN_AT_ONCE = 10_000


class DetailsTooLarge(ValueError):
    """More than `DETAILS_BYTES_MAX` of JSON: name the thing, don't copy it."""


class TooYoung(ValueError):
    """Events are kept for `KEPT_DAYS_MIN` days at least."""


def record(
    action: Action,
    *,
    actor: Actor,
    object_kind: str,
    object_id: UUID | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add one event of the current tenant, in the current transaction: what is rolled back has not happened.

    Raises `DetailsTooLarge`.
    """
    told = dict(details or {})
    if len(json.dumps(told, ensure_ascii=False).encode()) > DETAILS_BYTES_MAX:
        raise DetailsTooLarge(action)
    return AuditEvent.objects.create(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        address=actor.address,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        details=told,
    )


def record_once(
    action: Action, *, within: timedelta, actor: Actor, object_kind: str, object_id: UUID, now: datetime
) -> AuditEvent | None:
    """As `record`, unless the same actor did the same to the same object within that time.

    For what a browser asks again by itself, as a player does at each jump. Guests who share a link are told apart by
    their names.
    """
    same = AuditEvent.objects.filter(
        object_id=object_id, action=action, actor_id=actor.id, actor_name=actor.name, at__gt=now - within
    )
    if same.exists():
        return None
    return record(action, actor=actor, object_kind=object_kind, object_id=object_id, now=now)


def forget_before(moment: datetime, *, now: datetime) -> int:
    """Delete the current tenant's events from before `moment`, at most `FORGOTTEN_AT_ONCE`; returns how many.

    Raises `TooYoung`.
    """
    if moment > now - timedelta(days=KEPT_DAYS_MIN):
        raise TooYoung(moment)
    oldest = AuditEvent.objects.filter(at__lt=moment).order_by("at").values("pk")[:FORGOTTEN_AT_ONCE]
    return AuditEvent.objects.filter(pk__in=oldest).delete()[0]
