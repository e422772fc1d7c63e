"""At most so many calls a minute for each token, counted in Valkey over all processes."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from helpdesk.api.models import ApiToken
from helpdesk.tenants.keys import cache_key

WINDOW_SECONDS = 60


class TokenThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        window = int(time.time()) // WINDOW_SECONDS
        key = cache_key(str(token.tenant_id), "api", "calls", token.pk, window)
        cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
        return bool(cache.incr(key) <= settings.API_CALLS_PER_MINUTE)

    def wait(self) -> float:
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS
