"""Deleting much takes few calls, and no more than one worker of each kind for a tenant."""

from collections import Counter
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from recordings.keeping import tasks
from recordings.keeping.orphans import ORPHAN_AGE, delete_orphans
from recordings.keeping.runner import one_a_tenant
from tests import factories_keeping
from tests.keeping.kept import kept_session, keys_below

LATER = timezone.now() + ORPHAN_AGE + timedelta(hours=1)


def test_a_folder_goes_in_one_call_for_each_page_of_its_listing(tenant: Tenant) -> None:
    folder = object_key(tenant.id, "sessions", "one")
    for number in range(3):
        store.put(f"{folder}/{number}", b"x")
    calls: Counter[str] = Counter()

    def count(model: Any, **_others: Any) -> None:
        calls[model.name] += 1

    store.client().meta.events.register("before-call.s3", count)
    try:
        store.delete_below(folder)
        store.delete_below(folder)
    finally:
        store.client().meta.events.unregister("before-call.s3", count)
    assert keys_below(tenant.id) == []
    assert {name: most for name, most in calls.items() if name.startswith("Delete")} == {"DeleteObjects": 1}


def test_an_object_that_the_store_keeps_is_told() -> None:
    """As one answers that locks objects: the call has worked, but not for all of them."""
    events = store.client(read_seconds=store.QUICK_SECONDS, attempts=1).meta.events

    def keep(parsed: Any, **_others: Any) -> None:
        parsed["Errors"] = [{"Key": "x", "Code": "AccessDenied"}]

    events.register("after-call.s3.DeleteObjects", keep)
    try:
        with pytest.raises(store.NotDeleted):
            store.delete_many(["x", "y"])
    finally:
        events.unregister("after-call.s3.DeleteObjects", keep)


def test_only_one_worker_is_at_a_tenant(tenant: Tenant, other_tenant: Tenant) -> None:
    begun, over, done = Event(), Event(), Counter[UUID]()

    @one_a_tenant
    def work(tenant_id: UUID) -> None:
        done[tenant_id] += 1
        if not begun.is_set():
            begun.set()
            over.wait(30)

    def first() -> None:
        work(tenant.id)
        connection.close()

    working = Thread(target=first)
    working.start()
    assert begun.wait(30)
    work(tenant.id)
    work(other_tenant.id)
    assert done == {tenant.id: 1, other_tenant.id: 1}
    over.set()
    working.join()
    work(tenant.id)
    assert done[tenant.id] == 2


def test_looking_for_orphans_takes_the_same_queries_for_1_and_3_sessions(tenant: Tenant) -> None:
    counts = []
    for more in (1, 2):
        with tenant_scope(tenant.id):
            for _ in range(more):
                kept_session(tenant)
        with CaptureQueriesContext(connection) as queries:
            assert delete_orphans(tenant.id, now=LATER) == 0
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_sweep_leaves_tenants_alone_of_whom_nothing_is_left(
    tenant: Tenant, other_tenant: Tenant, monkeypatch: Any
) -> None:
    with tenant_scope(tenant.id):
        factories_keeping.doomed()
        factories_keeping.doomed()
    queued: list[str] = []
    monkeypatch.setattr(tasks.delete_objects_task, "delay", queued.append)
    for each in (tenant, other_tenant):
        tasks.resume_task(str(each.id))
    assert queued == [str(tenant.id)]
