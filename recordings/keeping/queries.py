"""What is held, what is due, and how far an erasure has come; all in the tenant's scope, but for the sweep's."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from assist.channel.models import AssistSession, SessionState
from assist.requests.models import AssistRequest
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.queries import current_tenant
from helpdesk.tickets.models import Queue
from recordings.keeping.models import Erasure, ErasureItem, ErasureState, ItemState, LegalHold
from recordings.video.models import RecordingState, VideoSegment

# Each is of other parts of the desk, with rules of its own.
NOT_COVERED = ("tickets", "contacts", "mail", "audit_log")


def holds() -> QuerySet[LegalHold]:
    return LegalHold.objects.select_related("placed_by", "session").order_by("-placed_at", "-id")


def hold_of(session_id: UUID) -> LegalHold | None:
    return holds().filter(session_id=session_id).first()


def sessions_due(now: datetime) -> QuerySet[AssistSession]:
    """Ended longer ago than their queue, or else the tenant, keeps recordings; the oldest first, none that is held."""
    days = current_tenant().recording_days
    due = _older(now, days) & Q(request__ticket__queue__recording_days=None)
    for queue in Queue.objects.exclude(recording_days=None):
        due |= _older(now, queue.recording_days) & Q(request__ticket__queue=queue)
    return AssistSession.objects.filter(due, deletable(now), legal_hold=None).order_by("ended_at", "id")


def _older(now: datetime, days: int) -> Q:
    """0 days are for ever."""
    return Q(ended_at__lt=now - timedelta(days=days)) if days else Q(pk__in=())


def deletable(now: datetime) -> Q:
    """The session is over, and no worker writes its archive or its video any more, also of one that failed."""
    is_over = Q(state=SessionState.ENDED, started_at__isnull=False, archive_closed_at__isnull=False)
    leased = VideoSegment.objects.filter(recording__session=OuterRef("pk"), done_at=None, lease_until__gt=now)
    is_rendered = ~Q(recording__state__in=(RecordingState.PENDING, RecordingState.RENDERING))
    return is_over & is_rendered & ~Q(Exists(leased.exclude(lease_owner="")))


def with_lost_renderers(session: AssistSession) -> QuerySet[VideoSegment, UUID]:
    """Ids of the session's recordings of which a renderer did not come back before its lease was over."""
    lost = VideoSegment.objects.filter(Q(losses__gt=0) | ~Q(lease_owner=""), recording__session=session)
    return lost.values_list("recording_id", flat=True).distinct()


def requests_of_visitor(*, email: str = "", external_id: str = "") -> QuerySet[AssistRequest]:
    """All that were made under this address, in any case of letters, or under this id of the tenant's application."""
    who = Q(visitor_email__iexact=email) if email else Q(pk__in=())
    if external_id:
        who |= Q(visitor_external_id=external_id)
    return AssistRequest.objects.filter(who)


def erasures() -> QuerySet[Erasure]:
    return Erasure.objects.order_by("-requested_at", "-id")


def progress(erasure: Erasure) -> dict[str, int]:
    """How many requests are in which state."""
    counts = Counter(ErasureItem.objects.filter(erasure=erasure).values_list("state", flat=True))
    return {state: counts[state] for state in ItemState.values}


def items_left(erasure: Erasure) -> list[ErasureItem]:
    return list(ErasureItem.objects.filter(erasure=erasure).exclude(state=ItemState.ERASED).order_by("id"))


def report(erasure: Erasure) -> dict[str, Any]:
    """What was removed and what is left, and why; it names no person and nothing that a person said."""
    items = list(ErasureItem.objects.filter(erasure=erasure).order_by("id"))
    removed: Counter[str] = Counter()
    for item in items:
        removed.update(item.removed)
    return {
        "erasure": str(erasure.id),
        "reference": erasure.reference,
        "state": erasure.state,
        "requested_at": erasure.requested_at.isoformat(),
        "finished_at": erasure.finished_at.isoformat() if erasure.finished_at else None,
        "requests": len(items),
        "removed": dict(sorted(removed.items())),
        "left": [_left(item) for item in items_left(erasure)],
        "not_covered": list(NOT_COVERED),
    }


def _left(item: ErasureItem) -> dict[str, str | None]:
    since = item.held_since.isoformat() if item.held_since else None
    return {"session": str(item.session_id) if item.session_id else None, "why": item.state, "since": since}


def tenants() -> Iterator[UUID]:
    """All of them; for the listed sweeps only."""
    yield from Tenant.across_tenants.values_list("pk", flat=True)


def unfinished_erasures() -> QuerySet[Erasure]:
    return Erasure.objects.exclude(state=ErasureState.DONE).order_by("requested_at")
