"""The stage origin: one host name that serves rebuilt pages and their assets, and nothing else."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.urls import resolve

STAGE_URLCONF = "assist.console.stage_urls"


class StageOriginMiddleware:
    """Answers requests to the stage's host by its own URLs, without any middleware behind this one.

    So no cookie is read or set there, no session, no sign-in, and none of the desk's pages exists. Compared by host
    name, not by port: cookies do not know ports either, and a proxy may change them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        hostname, _port = split_domain_port(request.get_host())
        return _stage_answer(request) if hostname == _hostname(settings.STAGE_ORIGIN) else self.get_response(request)


def _stage_answer(request: HttpRequest) -> HttpResponseBase:
    try:
        match = resolve(request.path_info, urlconf=STAGE_URLCONF)
        return match.func(request, *match.args, **match.kwargs)
    except Http404:
        answer = HttpResponse("Not found.\n", status=404, content_type="text/plain; charset=utf-8")
        answer["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return answer


def _hostname(url: str) -> str:
    return urlsplit(url).hostname or ""


@register(Tags.security)
def stage_has_a_host_of_its_own(**kwargs: object) -> list[Error]:
    """With one host name for both, a rebuilt page would share the desk's cookies and storage."""
    if _hostname(settings.STAGE_ORIGIN) != _hostname(settings.PUBLIC_URL):
        return []
    hint = "Give STAGE_ORIGIN another host name that leads to the same server, such as stage.example.com."
    return [Error("STAGE_ORIGIN has the host name of PUBLIC_URL.", hint=hint, id="console.E001")]
