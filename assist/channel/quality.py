"""How well a session reached the agents' screens: counted in buckets while it runs, kept in one row of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assist.channel.messages import BadMessage
from assist.channel.models import AssistSession, SessionQuality
from assist.channel.protocol import LATENCY_BUCKETS_MS

BUCKETS = len(LATENCY_BUCKETS_MS) + 1
REPORTED_MAX = 10_000


@dataclass(frozen=True, kw_only=True)
class QualitySummary:
    """Percentiles in ms, None without a sample; one in the last bucket is its lower bound."""

    latency_p50_ms: int | None
    latency_p95_ms: int | None
    latency_p99_ms: int | None
    latency_samples: int
    bytes_out: int
    frames_missing: int
    resyncs: int
    lags: int


def check_counts(counts: Sequence[Any]) -> list[int]:
    """What a console reports: one count for each bucket, REPORTED_MAX in all; raises `BadMessage`."""
    if len(counts) != BUCKETS or not all(type(count) is int and count >= 0 for count in counts):
        raise BadMessage("no counts")
    if sum(counts) > REPORTED_MAX:
        raise BadMessage("too many counts")
    return list(counts)


def add_quality(
    session_id: UUID, *, latency_counts: Sequence[int] = (), bytes_out: int = 0, resyncs: int = 0, lags: int = 0
) -> None:
    """Merge what one connection has counted since it was last asked."""
    SessionQuality.objects.get_or_create(session_id=session_id)
    row = SessionQuality.objects.select_for_update().get(session_id=session_id)
    row.latency_counts = merged(row.latency_counts, latency_counts)
    row.bytes_out, row.resyncs, row.lags = row.bytes_out + bytes_out, row.resyncs + resyncs, row.lags + lags
    row.save()


def merged(*histograms: Sequence[int]) -> list[int]:
    """An empty one counts nothing."""
    return [sum(counts) for counts in zip(*(h or [0] * BUCKETS for h in histograms), strict=True)]


def percentile(counts: Sequence[int], share: float) -> int | None:
    """In ms, as if the samples of a bucket were spread evenly over it; None without a sample."""
    left = share * sum(counts)
    if not left:
        return None
    lower = 0
    for upper, count in zip(LATENCY_BUCKETS_MS, counts, strict=False):
        if count >= left:
            return round(lower + (upper - lower) * left / count)
        lower, left = upper, left - count
    return lower


def quality_of(session: AssistSession) -> QualitySummary:
    """Of a session that was read together with its `quality`, which may be missing."""
    row = getattr(session, "quality", None) or SessionQuality(session=session)
    return QualitySummary(
        latency_p50_ms=percentile(row.latency_counts, 0.5),
        latency_p95_ms=percentile(row.latency_counts, 0.95),
        latency_p99_ms=percentile(row.latency_counts, 0.99),
        latency_samples=sum(row.latency_counts),
        bytes_out=row.bytes_out,
        frames_missing=session.frames_missing,
        resyncs=row.resyncs,
        lags=row.lags,
    )
