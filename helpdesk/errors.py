"""What people read when a page can not be given. Nothing of the request is on it, and neither database nor session
is asked: the page has to come when these are what has failed."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "errors/403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "errors/500.html", status=500)


def _page(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    """In the reader's language, also where a request fails before it gets to the middleware that finds it."""
    with translation.override(translation.get_language_from_request(request)):
        answer = HttpResponse(render_to_string(template), status=status)
        answer["Content-Language"] = translation.get_language()
    answer["Cache-Control"] = "no-store"
    return answer
