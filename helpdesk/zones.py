"""The time zone of whoever reads the desk: their browser names it (web/zone), and all times there are in it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

COOKIE = "zone"
PREFIX = "/desk/"


class ZoneMiddleware:
    """Times, days and filters by days of the desk's pages; elsewhere, and without a name that counts, `TIME_ZONE`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        with timezone.override(_zone_named(request.COOKIES.get(COOKIE, ""))):
            return self.get_response(request)


def _zone_named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown here, no name of a zone, a folder of zones
        return None
