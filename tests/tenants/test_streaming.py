"""Streamed answers: in their tenant, in batches with an end, and no more at once than there is room for."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache

from helpdesk.tenants import streaming
from helpdesk.tenants.context import current_tenant_id, tenant_scope
from helpdesk.tenants.streaming import (
    BATCH_BYTES,
    STREAMS_A_PROCESS,
    STREAMS_A_TENANT,
    TooManyStreams,
    stream_in_tenant,
    take_slot,
)
from helpdesk.tickets.models import Queue
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 10


@pytest.fixture(autouse=True)
def _nothing_streamed() -> Iterator[None]:
    """Before and after each test all places are free."""
    yield
    places = [streaming._free.acquire(timeout=WAIT_SECONDS) for _place in range(STREAMS_A_PROCESS)]
    for _place in filter(None, places):
        streaming._free.release()
    assert all(places)


def streamed(chunks: Iterator[bytes], *, tenant_id: UUID | None = None) -> Any:
    return stream_in_tenant(tenant_id or uuid4(), chunks, content_type="text/plain")


def read(answer: Any) -> list[bytes]:
    async def taken() -> list[bytes]:
        return [chunk async for chunk in answer]

    return asyncio.run(taken())


def test_stream_reads_in_its_tenant_after_the_request_has_ended() -> None:
    for slug in ("one", "two"):
        with tenant_scope(factories.tenant(slug).id):
            factories.queue(name=slug)
            last = current_tenant_id()

    def chunks() -> Iterator[bytes]:
        for _ in range(5):
            yield ",".join(Queue.objects.values_list("name", flat=True)).encode()

    assert b"".join(read(streamed(chunks(), tenant_id=last))) == b"two" * 5


@pytest.mark.parametrize(("seconds", "size"), [(3600, BATCH_BYTES), (-1, 1)])
def test_batch_ends_with_its_bytes_or_its_time(monkeypatch: pytest.MonkeyPatch, seconds: float, size: int) -> None:
    """So that who has left costs no more than that."""
    monkeypatch.setattr(streaming, "BATCH_SECONDS", seconds)
    taken: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number in range(3):
            taken.append(number)
            yield bytes(size)

    async def first() -> None:
        async for _chunk in streamed(chunks()):
            assert taken == [0]
            return

    asyncio.run(first())


def test_nothing_to_tell_for_a_whole_batch_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "BATCH_SECONDS", -1)
    assert read(streamed(iter([b"a", b"", b"", b"b"]))) == [b"a", b"b"]


def test_reader_who_leaves_ends_the_work_in_the_middle_of_a_batch() -> None:
    """His place is free only when the thread is: nobody comes to wait behind it."""
    begun, left, closed = threading.Event(), threading.Event(), threading.Event()

    def chunks() -> Iterator[bytes]:
        try:
            begun.set()
            assert left.wait(WAIT_SECONDS)
            yield b"x"
            raise AssertionError("it goes on")
        finally:
            closed.set()

    async def leave() -> None:
        reading = asyncio.ensure_future(anext(aiter(streamed(chunks(), tenant_id=tenant_id))))
        await asyncio.to_thread(begun.wait, WAIT_SECONDS)
        reading.cancel()
        await asyncio.wait([reading])
        assert cache.get(f"t:{tenant_id}:streams:0")
        left.set()

    tenant_id = uuid4()
    asyncio.run(leave())
    assert closed.wait(WAIT_SECONDS)


def test_tenant_has_so_many_streams_and_leaves_room_for_others() -> None:
    tenant_id, other = uuid4(), uuid4()
    under_way = [streamed(iter([b"x"]), tenant_id=tenant_id) for _ in range(STREAMS_A_TENANT)]
    with pytest.raises(TooManyStreams) as refused:
        streamed(iter([]), tenant_id=tenant_id)
    assert refused.value.is_of_tenant
    assert read(streamed(iter([b"theirs"]), tenant_id=other)) == [b"theirs"]
    assert read(under_way.pop()) == [b"x"]
    assert freed(tenant_id)
    assert read(streamed(iter([b"again"]), tenant_id=tenant_id)) == [b"again"]
    for answer in under_way:
        answer.close()


def freed(tenant_id: UUID) -> bool:
    """Whether a place of the tenant is free, once the threads have done what they were given."""
    all_here = threading.Barrier(STREAMS_A_PROCESS)
    for done in [streaming._threads.submit(all_here.wait) for _thread in range(STREAMS_A_PROCESS)]:
        done.result(WAIT_SECONDS)
    return cache.get(f"t:{tenant_id}:streams:{STREAMS_A_TENANT - 1}") is None


def test_process_has_so_many_streams() -> None:
    under_way = [streamed(iter([])) for _ in range(STREAMS_A_PROCESS)]
    with pytest.raises(TooManyStreams) as refused:
        streamed(iter([]))
    assert not refused.value.is_of_tenant
    for answer in under_way:
        answer.close()


def test_answer_that_nobody_has_any_more_gives_its_place_back() -> None:
    tenant_id = uuid4()
    for _time in range(STREAMS_A_PROCESS + 1):
        streamed(iter([]), tenant_id=tenant_id)
        assert freed(tenant_id)


def test_stream_that_fails_gives_its_place_back() -> None:
    tenant_id = uuid4()
    for _time in range(STREAMS_A_PROCESS + 1):
        with pytest.raises(ZeroDivisionError):
            read(streamed((bytes(1 // zero) for zero in [0]), tenant_id=tenant_id))
        assert freed(tenant_id)


def test_place_that_was_lost_meanwhile_is_left_to_its_owner() -> None:
    """As after a lease that ran out while a process stood still."""
    tenant_id = uuid4()
    slot = take_slot(tenant_id)
    cache.set(slot.key, "another", timeout=60)
    slot.release()
    assert cache.get(slot.key) == "another"
