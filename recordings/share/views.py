"""The public page of a share link, and what its script calls. All calls are POST with the token in the body."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assist.requests.limits import Rate, seconds_to_wait
from helpdesk.accounts.models import User
from helpdesk.api.problems import problem_response
from helpdesk.audit.actors import Actor, address_of, guest
from helpdesk.tenants.queries import current_tenant
from recordings.review.media import MEDIA_POLICY
from recordings.share.actions import VIDEO_URL_SECONDS, VideoNotReady, Viewer, open_share_link, shared_video_url
from recordings.share.entry import body_of, dead_link
from recordings.share.models import ShareLink
from recordings.share.queries import get_live_link

SALT = "recordings.share"
PASS_SECONDS = 12 * 3600
RATE = Rate("share", per_address=60, per_tenant=3000)


class ViewerForm(forms.Form):
    name = forms.CharField(max_length=200)
    email = forms.EmailField(max_length=254)

    def clean_name(self) -> str:
        """What can't be drawn can't be read over the video; JSON can say more than the database can hold."""
        name = str(self.cleaned_data["name"])
        if not name.isprintable():
            raise forms.ValidationError("unprintable")
        return name


@never_cache
@require_safe
@csp_update(MEDIA_POLICY)
def page(request: HttpRequest) -> HttpResponse:
    """The same for every link and for none: the token is in the fragment."""
    return render(request, "share/page.html")


def link_call(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view of `fn(request, link, now)`, within the rate, with the link of the token that was sent."""

    @never_cache
    @require_POST
    @wraps(view)
    def call(request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        link = get_live_link(request.share_link_id, now=now)  # type: ignore[attr-defined]
        if link is None:
            return dead_link()
        wait = seconds_to_wait(RATE, tenant_id=link.tenant_id, address=address_of(request) or "", now=now.timestamp())
        if wait:
            text = _("Too many requests at once. Try again in %(seconds)d seconds.") % {"seconds": wait}
            return problem_response(429, code="throttled", detail=text)
        return view(request, link, now)

    return call


@link_call
def look(request: HttpRequest, link: ShareLink, now: datetime) -> HttpResponse:
    """`{tenant, expires_at, signed_in_as}`; the last is empty for strangers. What is shared is told by `begin`."""
    facts = {
        "tenant": current_tenant().name,
        "expires_at": link.expires_at.isoformat(),
        "signed_in_as": str(request.user) if isinstance(request.user, User) else "",
    }
    return JsonResponse(facts)


@link_call
def begin(request: HttpRequest, link: ShareLink, now: datetime) -> HttpResponse:
    """`{pass, title, watermark}` for the name and the address that were sent, or for the person who is signed in."""
    form = ViewerForm(_who(request))
    if not form.is_valid():
        detail = _("Say who you are: a name, and an e-mail address as name@example.com.")
        return problem_response(400, code="who", detail=detail)
    viewer = Viewer(**form.cleaned_data, at=now)
    open_share_link(link, viewer=viewer, actor=_actor(request, link, viewer))
    kept = {"link": str(link.pk), "name": viewer.name, "email": viewer.email, "at": now.isoformat()}
    given = signing.dumps(kept, salt=SALT)
    return JsonResponse({"pass": given, "title": _title(link), "watermark": viewer.watermark})


@link_call
def video(request: HttpRequest, link: ShareLink, now: datetime) -> HttpResponse:
    """`{url, seconds}`: where the video is, for how long; for the pass that `begin` gave out."""
    viewer = _viewer(body_of(request).get("pass"), link)
    if viewer is None:
        return problem_response(403, code="who", detail=_("Load the page again and say who you are."))
    try:
        url = shared_video_url(link, actor=_actor(request, link, viewer), now=now)
    except VideoNotReady:
        return problem_response(409, code="video_not_ready", detail=_("The video is not ready yet: try again later."))
    return JsonResponse({"url": url, "seconds": VIDEO_URL_SECONDS})


def _title(link: ShareLink) -> str:
    """Of the page where the session began, or its address without what its site keeps in the query."""
    request = link.recording.session.request
    return request.page_title or urlsplit(request.page_url)._replace(query="", fragment="").geturl()


def _who(request: HttpRequest) -> dict[str, Any]:
    if isinstance(request.user, User):
        return {"name": str(request.user), "email": request.user.email}
    body = body_of(request)
    return {"name": body.get("name"), "email": body.get("email")}


def _viewer(token: object, link: ShareLink) -> Viewer | None:
    try:
        kept = signing.loads(str(token), salt=SALT, max_age=PASS_SECONDS)
    except (signing.BadSignature, UnicodeEncodeError):
        return None
    at = parse_datetime(kept["at"])
    return Viewer(kept["name"], kept["email"], at) if at and kept["link"] == str(link.pk) else None


def _actor(request: HttpRequest, link: ShareLink, viewer: Viewer) -> Actor:
    return guest(link.pk, name=f"{viewer.name} <{viewer.email}>", request=request)
