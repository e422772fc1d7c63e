"""How streamed answers enter a tenant: the request's scope has ended when the first byte is read."""

from collections.abc import AsyncIterator, Callable, Iterator
from uuid import UUID

from django.http import StreamingHttpResponse

from helpdesk.tenants.context import run_in_tenant

BATCH_BYTES = 1024 * 1024


def stream_in_tenant(
    tenant_id: UUID, chunks: Iterator[bytes], *, content_type: str, batch: int = 64
) -> StreamingHttpResponse:
    """Answer with `chunks`, taken `batch` at a time, each batch in a scope (and a transaction) of its own.

    So no transaction stays open while a slow reader reads. `chunks` may read tenant data as it goes, but must not
    keep a database cursor open between two chunks.
    """
    return StreamingHttpResponse(_batches(tenant_id, lambda: _take(chunks, batch)), content_type=content_type)


async def _batches(tenant_id: UUID, take: Callable[[], list[bytes]]) -> AsyncIterator[bytes]:
    while batch := await run_in_tenant(tenant_id, take):
        for chunk in batch:
            yield chunk


def _take(chunks: Iterator[bytes], count: int) -> list[bytes]:
    """One chunk at least, then no more than fit: a single one can be a page of many megabytes."""
    taken: list[bytes] = []
    while len(taken) < count and sum(map(len, taken)) < BATCH_BYTES:
        chunk = next(chunks, None)
        if chunk is None:
            break
        taken.append(chunk)
    return taken
