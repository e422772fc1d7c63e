"""What one console's connection counts for the session's row; it never waits, and frames never wait for it."""

from collections.abc import Sequence

from assist.channel.batches import write_later
from assist.channel.live import SessionKeys
from assist.channel.metrics import Meters
from assist.channel.protocol import BadFrame, ErrorCode
from assist.channel.quality import add_quality, check_counts
from assist.pages.outbox import Outbox
from assist.requests.buckets import Bucket

REPORTS_PER_SECOND = 0.2
BURST_SECONDS = 60


class Ledger:
    """Only a console knows when a page was painted, so it reports latencies; the rest the server counts itself."""

    def __init__(self, keys: SessionKeys, *, meters: Meters, outbox: Outbox) -> None:
        self._keys, self._meters, self._outbox = keys, meters, outbox
        self._reports = Bucket(REPORTS_PER_SECOND, BURST_SECONDS)
        self._kept_bytes = self._kept_lags = 0

    def report(self, counts: Sequence[object]) -> None:
        """Counts by bucket since the last report; raises `BadMessage`, `BadFrame`."""
        checked = check_counts(counts)
        if not self._reports.take(1):
            raise BadFrame(ErrorCode.RATE_EXCEEDED)
        self._meters.add_latency(checked)
        self.keep(checked)

    def keep(self, latency_counts: Sequence[int] = ()) -> None:
        """Hand over what was counted since the last time."""
        sent, lags = self._outbox.sent_bytes, self._outbox.lags
        values = {"bytes_out": sent - self._kept_bytes, "lags": lags - self._kept_lags}
        self._kept_bytes, self._kept_lags = sent, lags
        if any(values.values()) or any(latency_counts):
            session_id = self._keys.session_id
            write_later(self._keys.tenant_id, add_quality, session_id, latency_counts=latency_counts, **values)
