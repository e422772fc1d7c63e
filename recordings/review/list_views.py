"""The list of recordings at the desk, its filters, and views of it that people save."""

from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.accounts.people import person_of
from helpdesk.keyset import BadCursor
from recordings.review.access import reviewer_of
from recordings.review.filters import RecordingFilterForm
from recordings.review.listing import RecordingPage, recording_page
from recordings.review.media import PICTURE_POLICY
from recordings.review.saved_views import (
    TooManyViews,
    changeable_views,
    delete_saved_view,
    keep_saved_view,
    views_for,
)
from recordings.video.archive_waits import waiting_since, words_of


@never_cache
@require_safe
@csp_update(PICTURE_POLICY)
def recording_list(request: HttpRequest) -> HttpResponse:
    """The newest first; `?before=` continues. Filters that make no sense show nothing and say why."""
    reviewer = reviewer_of(request)
    form = RecordingFilterForm(request.GET, shows_scores=reviewer.sees_all)
    try:
        cursor = request.GET.get("before", "")
        page = recording_page(reviewer, form=form, cursor=cursor) if form.is_valid() else RecordingPage([], "")
    except BadCursor:
        raise Http404 from None
    waits = waiting_since(page.rows)
    context = {
        "section": "recordings",
        "page": page,
        "lines": [(row, page.moments.get(row.pk), words_of(waits.get(row.pk))) for row in page.rows],
        "form": form,
        "filters": urlencode(form.texts()),
        "saved_views": [(view, urlencode(view.filters)) for view in views_for(reviewer)],
        "deletable": {view.pk for view in changeable_views(reviewer)},
        "sees_all": reviewer.sees_all,
    }
    return render(request, "recordings/list.html", context, status=200 if form.is_valid() else 400)


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """POST `name`, `is_shared` and the filters; the same name again is the same view with other filters."""
    reviewer, form = reviewer_of(request), RecordingFilterForm(request.POST)
    name = " ".join(request.POST.get("name", "").split())[:100]
    if not name or not form.is_valid():
        messages.error(request, _("Nothing is saved: a view needs a name and filters that make sense."))
        return _back(form)
    is_shared = request.POST.get("is_shared") == "on" and reviewer.sees_all
    try:
        keep_saved_view(name, owner=person_of(request), filters=form.texts(), is_shared=is_shared)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
    except TooManyViews:
        messages.error(request, _("You have as many views as a person may have: delete one first."))
    return _back(form)


@require_POST
def delete_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = get_object_or_404(changeable_views(reviewer_of(request)), pk=view_id)
    delete_saved_view(view)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect("recordings")


def _back(form: RecordingFilterForm) -> HttpResponse:
    return redirect(f"{reverse('recordings')}?{urlencode(form.texts())}")
