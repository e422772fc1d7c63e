"""Numbers of the assist channel for /metrics. Those by tenant carry its short name, for a bounded number of tenants."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

from assist.channel.protocol import LATENCY_BUCKETS_MS

TENANTS_LABELLED = 500
OTHER_TENANTS = "(other)"  # no short name has brackets

SOCKETS = Gauge("assist_sockets", "Open sockets of the assist channel", ["side"])
ERRORS = Counter("assist_errors", "Refusals by code", ["side", "code"])
FRAMES_IN = Counter("assist_frames_in", "Frames taken from visitors", ["tenant"])
BYTES_IN = Counter("assist_bytes_in", "Bytes of frames taken from visitors", ["tenant"])
FRAMES_OUT = Counter("assist_frames_out", "Frames sent to consoles", ["tenant"])
BYTES_OUT = Counter("assist_bytes_out", "Bytes of frames sent to consoles", ["tenant"])
MISSING = Counter("assist_frames_missing", "Frames that visitors gave up, as their gaps name them", ["tenant"])
LAGS = Counter("assist_console_lags", "Consoles that fell behind and were resynchronised", ["tenant"])
RESYNCS = Counter("assist_resyncs", "Fresh snapshots asked of visitors", ["tenant"])
FETCHES = Counter("assist_asset_fetches", "Assets of other sites that were read", ["tenant", "outcome"])
WRITES_LOST = Counter("assist_writes_lost", "Writes that were given up since too many waited for the database")
LATENCY = Histogram(
    "assist_latency_seconds",
    "From a change at the visitor to the rebuilt page, as consoles report it; the sum takes each bucket's upper bound",
    ["tenant"],
    buckets=[bound / 1000 for bound in LATENCY_BUCKETS_MS],
)


class Meters:
    """One tenant's counters, looked up once for a connection and not for each frame."""

    __slots__ = (
        "_latency", "bytes_in", "bytes_out", "frames_in", "frames_out", "lags", "missing", "resyncs", "tenant",
    )  # fmt: skip

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.frames_in, self.bytes_in = FRAMES_IN.labels(tenant), BYTES_IN.labels(tenant)
        self.frames_out, self.bytes_out = FRAMES_OUT.labels(tenant), BYTES_OUT.labels(tenant)
        self.missing, self.lags, self.resyncs = MISSING.labels(tenant), LAGS.labels(tenant), RESYNCS.labels(tenant)
        self._latency = LATENCY.labels(tenant)

    def add_latency(self, counts: Sequence[int]) -> None:
        """One count for each bucket, the last for what is above all bounds.

        A console may report 10,000, and nobody else's frames wait until each of them is observed by itself.
        """
        bounds = [*LATENCY_BUCKETS_MS, 2 * LATENCY_BUCKETS_MS[-1]]
        for bucket, bound, count in zip(self._latency._buckets, bounds, counts, strict=True):
            bucket.inc(count)
            self._latency._sum.inc(count * bound / 1000)


_meters: dict[str, Meters] = {}


def meters_of(tenant: str) -> Meters:
    """By short name; beyond TENANTS_LABELLED in this process the rest share one label."""
    if tenant not in _meters and len(_meters) >= TENANTS_LABELLED:
        tenant = OTHER_TENANTS
    if tenant not in _meters:
        _meters[tenant] = Meters(tenant)
    return _meters[tenant]
