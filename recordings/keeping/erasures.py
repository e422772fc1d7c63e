"""Erasing what is known of one visitor's sessions; each step is a transaction of its own, and may be done again."""

import contextlib
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from assist.channel.models import AssistSession
from assist.channel.queries import NoSession
from assist.links.models import ConsentReceipt
from assist.requests.actions import forget_visitor
from assist.requests.models import AssistRequest
from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.audit.actors import SYSTEM, Actor
from helpdesk.audit.models import Action
from helpdesk.tenants.context import tenant_scope
from recordings.keeping.deletion import Held, NotOver, delete_rows
from recordings.keeping.models import Doomed, Erasure, ErasureItem, ErasureState, ItemState
from recordings.keeping.objects import Busy, delete_doomed, doomed_of
from recordings.keeping.queries import requests_of_visitor

ERASURE = "erasure"

logger = logging.getLogger(__name__)


class NobodyNamed(ValueError):
    """An erasure is of an e-mail address, or of an id of the tenant's application."""


class NothingFound(LookupError):
    """There is no request of this visitor."""


def begin_erasure(
    *, email: str = "", external_id: str = "", reference: str = "", person: User | None, actor: Actor, now: datetime
) -> Erasure:
    """Of all requests that there are now; workers begin after commit. Raises `NobodyNamed`, `NothingFound`."""
    if not (email or external_id):
        raise NobodyNamed
    requests = list(requests_of_visitor(email=email, external_id=external_id).order_by("created_at"))
    if not requests:
        raise NothingFound
    erasure = Erasure.objects.create(reference=reference, requested_by=person, requested_at=now)
    sessions = dict(AssistSession.objects.filter(request__in=requests).values_list("request_id", "id"))
    ErasureItem.objects.bulk_create(
        ErasureItem(erasure=erasure, request=request, session_id=sessions.get(request.id)) for request in requests
    )
    _tell(Action.ERASURE_BEGUN, erasure, actor=actor, now=now, requests=len(requests))
    queue_erasure(erasure)
    return erasure


def queue_erasure(erasure: Erasure) -> None:
    from recordings.keeping.tasks import erase_task

    transaction.on_commit(partial(erase_task.delay, str(erasure.tenant_id), str(erasure.id)))


def erase(tenant_id: UUID, erasure_id: UUID, *, now: datetime) -> None:
    """Go on where the last worker came to; opens the scope itself. Raises what the store raises."""
    for item_id in _open_items(tenant_id, erasure_id):
        with tenant_scope(tenant_id):
            _erase_rows(item_id, now=now)
    for item_id in _open_items(tenant_id, erasure_id, state=ItemState.OBJECTS):
        try:
            _erase_objects(tenant_id, item_id, now=now)
        except Busy:  # the others' folders go all the same
            logger.info("item %s goes on with the next sweep: visitors upload assets", item_id)
    with tenant_scope(tenant_id):
        _settle(erasure_id, now=now)


def _open_items(tenant_id: UUID, erasure_id: UUID, **state: str) -> Iterator[UUID]:
    with tenant_scope(tenant_id):
        items = ErasureItem.objects.filter(erasure_id=erasure_id, **state).exclude(state=ItemState.ERASED)
        found = list(items.order_by("id").values_list("id", flat=True))
    yield from found


def _erase_rows(item_id: UUID, *, now: datetime) -> None:
    """Unless they are gone, or have to wait."""
    item = ErasureItem.objects.select_for_update().get(id=item_id)
    if item.state in (ItemState.OBJECTS, ItemState.ERASED):
        return
    item.held_since = None
    try:
        removed = _remove(item, now=now)
    except Held as held:
        item.state, item.held_since = ItemState.HELD, held.hold.placed_at
    except NotOver:
        item.state = ItemState.LIVE
    else:
        item.state, item.removed = ItemState.OBJECTS, dict(Counter(item.removed) + removed)
    item.save(update_fields=["state", "held_since", "removed"])


def _remove(item: ErasureItem, *, now: datetime) -> Counter[str]:
    """Raise `Held`, `NotOver`."""
    removed: Counter[str] = Counter()
    session = AssistSession.objects.filter(request_id=item.request_id).first()
    if session:  # also one that began after the erasure
        item.session_id = session.id
        with contextlib.suppress(NoSession):  # deleted by somebody else this moment
            removed += delete_rows(session.id, now=now, item=item)
    if item.request_id:
        # What an earlier deletion has not come to is removed, and counted, by this one.
        Doomed.objects.filter(request_id=item.request_id, item=None).update(item=item)
        removed += forget_request(item.request_id)
    return removed


def forget_request(request_id: UUID) -> Counter[str]:
    """Who asked, where and why; the row stays with its ticket, and the receipt of consent with its text and time."""
    receipts = ConsentReceipt.objects.filter(link__request_id=request_id)
    blanked = receipts.update(visitor_name="", visitor_email="", user_agent="")
    forgotten = forget_visitor(AssistRequest.objects.get(id=request_id))
    return Counter({"blanked.AssistRequest": int(forgotten), "blanked.ConsentReceipt": blanked})


def _erase_objects(tenant_id: UUID, item_id: UUID, *, now: datetime) -> None:
    """Not erased before a second look that is due later."""
    while delete_doomed(tenant_id, item_id=item_id, now=now):
        pass
    with tenant_scope(tenant_id):
        if not doomed_of(item_id).exists():
            ErasureItem.objects.filter(id=item_id, state=ItemState.OBJECTS).update(state=ItemState.ERASED)


def _settle(erasure_id: UUID, *, now: datetime) -> None:
    erasure = Erasure.objects.select_for_update().get(id=erasure_id)
    states = set(ErasureItem.objects.filter(erasure=erasure).values_list("state", flat=True))
    if erasure.state == ErasureState.DONE:
        return
    if states <= {ItemState.ERASED}:
        erasure.state, erasure.finished_at = ErasureState.DONE, now
        _tell(Action.ERASURE_DONE, erasure, actor=SYSTEM, now=now)
    else:
        is_kept = states & {ItemState.HELD, ItemState.LIVE} and ItemState.OBJECTS not in states
        erasure.state = ErasureState.WAITING if is_kept else ErasureState.RUNNING
    erasure.save(update_fields=["state", "finished_at"])


def _tell(action: Action, erasure: Erasure, *, actor: Actor, now: datetime, **details: object) -> None:
    told = {"reference": erasure.reference, **details}
    record(action, actor=actor, object_kind=ERASURE, object_id=erasure.id, now=now, details=told)
