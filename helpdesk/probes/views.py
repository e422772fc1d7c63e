"""Three addresses without sign-in and without any tenant's data."""

import os

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
    queries.measure()
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry
