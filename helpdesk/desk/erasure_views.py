"""Erasing what is known of one visitor's sessions, for managers and admins."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.accounts.models import Role
from helpdesk.accounts.people import person_of
from helpdesk.accounts.roles import role_required
from helpdesk.audit.actors import actor_of
from helpdesk.desk.forms import Text
from helpdesk.desk.pages import desk_page
from recordings.keeping import queries
from recordings.keeping.erasures import NothingFound, begin_erasure
from recordings.keeping.forms import ErasureForm
from recordings.keeping.models import Erasure, ErasureState, ItemState

MOST_SHOWN = 50


class DeskErasureForm(ErasureForm):
    """In the desk's look."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.widget = Text(attrs=field.widget.attrs | {"type": getattr(field.widget, "input_type", "text")})


@never_cache
@role_required(Role.MANAGER)
@require_http_methods(["GET", "POST"])
def erasures_view(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, DeskErasureForm())
    form = DeskErasureForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    if "confirmed" not in request.POST:
        wanted = {name: form.cleaned_data[name] for name in ("email", "external_id")}
        return _page(request, form, found=queries.requests_of_visitor(**wanted).count())
    try:
        erasure = begin_erasure(
            **form.cleaned_data, person=person_of(request), actor=actor_of(request), now=timezone.now()
        )
    except NothingFound:
        return _page(request, form, found=0)
    messages.success(request, _("The erasure has begun; this page says how far it is."))
    return redirect("desk:erasure", erasure.id)


@never_cache
@role_required(Role.MANAGER)
@require_safe
def erasure_view(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    erasure = get_object_or_404(queries.erasures(), pk=erasure_id)
    progress = queries.progress(erasure)
    context: dict[str, Any] = {
        "erasure": erasure,
        "done": progress[ItemState.ERASED],
        "all": sum(progress.values()),
        "report": queries.report(erasure),
        "is_running": erasure.state == ErasureState.RUNNING,
        "left": queries.items_left(erasure),
    }
    return desk_page(request, "desk/erasure.html", title=_("Erasure"), **context)


@never_cache
@role_required(Role.MANAGER)
@require_safe
def erasure_report_view(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    """The same as over the REST API."""
    erasure: Erasure = get_object_or_404(queries.erasures(), pk=erasure_id)
    answer = JsonResponse(queries.report(erasure), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="erasure-{erasure.id}.json"'
    return answer


def _page(request: HttpRequest, form: ErasureForm, *, found: int | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "found": found, "erasures": queries.erasures()[:MOST_SHOWN]}
    return desk_page(request, "desk/erasures.html", title=_("Erase a visitor's sessions"), status=status, **context)
