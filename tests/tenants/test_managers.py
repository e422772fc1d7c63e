"""Every way from a model to the database raises without a tenant; a list of all such ways guards the list itself."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Count, Exists, OuterRef, QuerySet

from assist.requests.models import AssistRequest
from helpdesk.tenants.context import TenantNotSet, WrongTenant, tenant_scope
from helpdesk.tenants.jobs import UnlistedUse, across_tenants
from helpdesk.tenants.models import Tenant
from helpdesk.tickets.models import Message, Queue, Ticket
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "jobs"])


async def _first_of(rows: QuerySet[Any]) -> None:
    async for _row in rows:
        return


def _async_iteration(rows: QuerySet[Any]) -> None:
    asyncio.run(_first_of(rows))


async def _first_of_iterator(rows: QuerySet[Any]) -> None:
    async for _row in rows.aiterator():
        return


SOMEWHERE = Queue(tenant_id=uuid4(), name="x")

WAYS: dict[str, Callable[[QuerySet[Any]], object]] = {
    "iteration": list,
    "length": len,
    "truth": bool,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:1]),
    "async iteration": _async_iteration,
    "aiterator": lambda rows: asyncio.run(_first_of_iterator(rows)),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values()),
    "values_list": lambda rows: list(rows.values_list("name")),
    "exists": lambda rows: rows.exists(),
    "aexists": lambda rows: asyncio.run(rows.aexists()),
    "count": lambda rows: rows.count(),
    "acount": lambda rows: asyncio.run(rows.acount()),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "annotate": lambda rows: list(rows.annotate(Count("tickets"))),
    "aggregate of a subquery": lambda rows: rows.distinct()[:2].aggregate(Count("pk")),
    "in_bulk": lambda rows: rows.in_bulk(),
    "get": lambda rows: rows.get(name="x"),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("name"),
    "latest": lambda rows: rows.latest("name"),
    "contains": lambda rows: rows.contains(SOMEWHERE),
    "explain": lambda rows: rows.explain(),
    "union": lambda rows: list(rows.union(rows)),
    "or": lambda rows: list(rows | rows),
    "subquery": lambda rows: list(rows.filter(Exists(Ticket.objects.filter(queue=OuterRef("pk"))))),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "raw": lambda rows: list(rows.raw("SELECT * FROM tickets_queue")),
    "get_or_create": lambda rows: rows.get_or_create(name="x"),
    "update_or_create": lambda rows: rows.update_or_create(name="x"),
    "create": lambda rows: rows.create(name="x"),
    "bulk_create": lambda rows: rows.bulk_create([SOMEWHERE]),
    "bulk_update": lambda rows: rows.bulk_update([SOMEWHERE], ["name"]),
    "update": lambda rows: rows.update(name="x"),
    "aupdate": lambda rows: asyncio.run(rows.aupdate(name="x")),
    "delete": lambda rows: rows.delete(),
    "adelete": lambda rows: asyncio.run(rows.adelete()),
}

# These only describe; what they return is tried above. `dates` and `datetimes` are iterated like `values`.
DESCRIBES = {
    *("alias", "all", "as_manager", "as_query", "complex_filter", "dates", "datetimes", "db", "defer", "difference"),
    *("distinct", "exclude", "extra", "filter", "intersection", "none", "only", "order_by", "ordered"),
    *("prefetch_related", "query", "resolve_expression", "reverse", "select_related", "using"),
}


def test_every_method_of_a_queryset_is_tried() -> None:
    methods = {name for name in dir(QuerySet) if not name.startswith("_")} - DESCRIBES
    asynchronous = {name for name in methods if name.startswith("a") and name[1:] in methods}
    assert methods - asynchronous - set(WAYS) == set()


@pytest.mark.parametrize("way", WAYS)
def test_queryset_without_a_tenant_raises(way: str) -> None:
    for rows in (Queue.objects.all(), Queue._base_manager.all(), Queue._default_manager.all()):
        with pytest.raises(TenantNotSet):
            WAYS[way](rows)


@pytest.mark.parametrize("way", WAYS)
def test_queryset_kept_from_a_scope_raises_after_it(way: str) -> None:
    tenant = factories.tenant()
    with tenant_scope(tenant.id):
        rows = Queue.objects.filter(name="x")
    with pytest.raises(TenantNotSet):
        WAYS[way](rows)


def test_queryset_built_before_a_tenant_is_known_answers_for_each() -> None:
    rows = Queue.objects.order_by("name")
    for slug in ("one", "two"):
        with tenant_scope(factories.tenant(slug).id):
            factories.queue(name=slug)
            assert [queue.name for queue in rows.all()] == [slug]


def test_rows_without_a_tenant_raise_on_every_use() -> None:
    with tenant_scope(factories.tenant().id):
        message = factories.message()
        ticket = Ticket.objects.get()
        late = Ticket.objects.defer("subject").get()
    uses: list[Callable[[], object]] = [
        message.save,
        message.delete,
        message.refresh_from_db,
        lambda: late.subject,
        lambda: Message.objects.none() or ticket.messages.count(),
        lambda: list(ticket.messages.all()),
        lambda: ticket.messages.create(body="x"),
        lambda: ticket.contact,
        lambda: Message(body="x"),
        lambda: Message.objects.bulk_update([message], ["body"]),
        lambda: Message.objects.bulk_create([message]),
        lambda: Tenant.objects.count(),
    ]
    for use in uses:
        with pytest.raises(TenantNotSet):
            use()


def test_rows_take_the_tenant_that_is_set_and_keep_it() -> None:
    one, two = factories.tenant(), factories.tenant()
    with tenant_scope(one.id):
        queue = Queue.objects.create(name="x")
        [bulk] = Queue.objects.bulk_create([Queue(name="y")])
        assert {queue.tenant_id, bulk.tenant_id} == {one.id}
        for move in (
            lambda: Queue.objects.update(tenant=two.id),
            lambda: Queue.objects.bulk_update([queue], ["tenant"]),
            lambda: Queue.objects.create(name="z", tenant_id=two.id),
        ):
            with pytest.raises(WrongTenant):
                move()
    with tenant_scope(two.id), pytest.raises(WrongTenant):
        queue.save()


def test_raw_query_kept_from_a_scope_raises_after_it() -> None:
    with tenant_scope(factories.tenant().id):
        rows = Queue.objects.raw("SELECT * FROM tickets_queue")
    with pytest.raises(TenantNotSet):
        list(rows)


def test_all_tenants_only_in_a_listed_use() -> None:
    for _ in range(2):
        with tenant_scope(factories.tenant().id):
            factories.assist_request()
    with pytest.raises(UnlistedUse):
        AssistRequest.across_tenants.count()
    with pytest.raises(UnlistedUse), across_tenants("not.listed"):
        pass
    with across_tenants("assist.requests.sweep"):
        assert AssistRequest.across_tenants.count() == 2
