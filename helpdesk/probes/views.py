"""What machines ask, without sign-in: two addresses for everybody, and the metrics for the operator."""

import hmac
import os
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from helpdesk import shutdown
from helpdesk.probes import queries


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"state": queries.OK})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 with the state of each thing needed, 503 when one of them fails or this process is about to end.

    An archive that waits is said and no reason for a 503: live sessions go on without it.
    """
    states = queries.states() | ({"web": "leaving"} if shutdown.is_leaving else {})
    ready = all(state == queries.OK for state in states.values())
    answer = {"state": queries.OK if ready else queries.FAILED, **states, "archive": queries.archive_state()}
    return JsonResponse(answer, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: of all processes that share PROMETHEUS_MULTIPROC_DIR, else of this one."""
    if not may_read_metrics(request):
        raise PermissionDenied
    queries.measure()
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request: HttpRequest) -> bool:
    """Whoever sends METRICS_TOKEN; without one only who asks this machine itself, by a name of the loopback."""
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "")
        return hmac.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and not _was_passed_on(request)


def _was_passed_on(request: HttpRequest) -> bool:
    """A proxy on this machine calls from the loopback too, with the public name or with who has asked it."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    names_us = host in {"localhost", "127.0.0.1", "[::1]"}
    return not names_us or any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Via"))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry
