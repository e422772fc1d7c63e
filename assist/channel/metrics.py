"""Counters of the assist channel for /metrics."""

from prometheus_client import Counter, Gauge

SOCKETS = Gauge("assist_sockets", "Open sockets of the assist channel", ["side"])
FRAMES_IN = Counter("assist_frames_in", "Frames taken from visitors")
BYTES_IN = Counter("assist_bytes_in", "Bytes of frames taken from visitors")
FRAMES_OUT = Counter("assist_frames_out", "Frames sent to consoles")
BYTES_OUT = Counter("assist_bytes_out", "Bytes of frames sent to consoles")
LAGS = Counter("assist_console_lags", "Consoles that fell behind and were resynchronised")
RESYNCS = Counter("assist_resyncs", "Fresh snapshots asked of visitors")
ERRORS = Counter("assist_errors", "Refusals by code", ["side", "code"])
