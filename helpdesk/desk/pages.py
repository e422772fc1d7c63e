"""Pages within the desk's frame."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from helpdesk.desk.site import desk_site


def desk_page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    request.current_app = desk_site.name
    return render(request, template, {**desk_site.each_context(request), **context}, status=status)
