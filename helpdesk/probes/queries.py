"""Ask each thing that the application needs whether it answers."""

import contextlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate

import redis
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from prometheus_client import Gauge

from helpdesk.tenants import store
from recordings.archive import health

logger = logging.getLogger(__name__)

ARCHIVE_WAITS = Gauge(
    "archive_waits_seconds", "For how long archive segments could not be written", multiprocess_mode="mostrecent"
)
TIMEOUT_SECONDS = 3
OK, FAILED, WAITING = "ok", "failed", "waiting"


def states(probes: Mapping[str, Callable[[], object]] | None = None) -> dict[str, str]:
    """`ok` or `failed` for each of `database`, `cache`, `broker` and `object_store`, within about three seconds."""
    asked = probes if probes is not None else PROBES
    pool = ThreadPoolExecutor(max_workers=len(asked))
    try:
        answers = {name: pool.submit(probe) for name, probe in asked.items()}
        return {name: _state(name, answer.result) for name, answer in answers.items()}
    finally:
        pool.shutdown(wait=False)


def _state(name: str, result: Callable[[float], object]) -> str:
    try:
        result(TIMEOUT_SECONDS)
    except (Exception, TooLate) as error:
        logger.warning("%s does not answer: %s", name, error)
        return FAILED
    return OK


def archive_state() -> str:
    """`waiting` while segments can't be written: what is to be archived piles up in Valkey."""
    try:
        return WAITING if health.waits_seconds() else OK
    except redis.RedisError:
        return FAILED


def measure() -> None:
    """What is only known when somebody looks."""
    with contextlib.suppress(redis.RedisError):
        ARCHIVE_WAITS.set(health.waits_seconds())


def ask_database() -> None:
    """One query as the application's role, on a connection of its own."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connections["default"].close()


def ask_cache() -> None:
    """A look-up of a key that need not exist."""
    cache.get("probe")


def ask_broker() -> None:
    """A connection to where tasks are queued."""
    url = current_app.conf.broker_url
    client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
    try:
        client.ping()
    finally:
        client.close()


def ask_object_store() -> None:
    """The bucket's head."""
    store.client(read_seconds=2, attempts=1).head_bucket(Bucket=settings.S3_BUCKET)


PROBES: Mapping[str, Callable[[], object]] = {
    "database": ask_database,
    "cache": ask_cache,
    "broker": ask_broker,
    "object_store": ask_object_store,
}
