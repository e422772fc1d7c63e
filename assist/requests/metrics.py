"""Counters of visitors' requests for /metrics."""

from prometheus_client import Counter, Gauge

SOCKETS = Gauge("assist_request_sockets", "Open sockets of pages that wait for an answer")
ERRORS = Counter("assist_request_errors", "Refusals on these sockets by close code", ["code"])
