"""Consent: the call that turns a link into an open assist channel."""

from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assist.channel.answer import Redeemed, redeem_link
from assist.channel.capture_code import capture_code, capture_url, integrity_of
from assist.channel.hand_over import FOR_FRAME, FOR_LINK, BadTicket, Joined, redeem_ticket
from assist.links.actions import ConsentChanged, Given
from assist.links.consent import consent_of
from assist.links.landing import BadLanding, read_landing
from assist.links.queries import LinkDead, link_of_token
from assist.links.visitor_http import LANDING_MAX, SHA256_LENGTH, link_refusal, token_in
from assist.requests.limits import FRAME_RATE, LINK_RATE
from assist.requests.visitor_http import (
    Body,
    Refusal,
    origin_of,
    refuse_strangers,
    refuse_unknown_fields,
    text_field,
    visitor_call,
)
from helpdesk.tenants.models import Tenant

TICKET_MAX = 200
ORIGIN_MAX = 300


@visitor_call(rate=LINK_RATE)
def redeem_view(request: HttpRequest, *, tenant: Tenant, body: Body) -> HttpResponse:
    """`{session_id, channel_token, socket_url}`."""
    given = Given(
        language=get_language() or "en",
        origin=origin_of(request),
        user_agent=request.headers.get("User-Agent", ""),
    )
    try:
        redeemed = _redeem(body, tenant=tenant, given=given)
    except LinkDead as dead:
        raise link_refusal(dead) from None
    except BadLanding:
        raise link_refusal(LinkDead("unknown")) from None
    except ConsentChanged:
        raise Refusal(409, "consent_changed", _("The text has changed. Read it again, then decide.")) from None
    return _way_in(str(redeemed.session.pk), token=redeemed.channel_token)


@visitor_call(rate=LINK_RATE)
def join_view(request: HttpRequest, *, tenant: Tenant, body: Body) -> HttpResponse:
    """The same answer for a ticket from another origin of the tenant, where the visitor has agreed."""
    refuse_unknown_fields(body, known={"public_key", "ticket", "language"})
    joined = _joined(body)
    return _way_in(str(joined.session_id), token=joined.token)


@visitor_call(rate=FRAME_RATE, is_for_frames=True)
def frame_view(request: HttpRequest, *, tenant: Tenant, body: Body) -> HttpResponse:
    """`{url, integrity, masking}`: the capture code for a frame of a page in a live session, of origin `parent`.

    And the tenant's rules, which are not that page's to say: its origin may have fallen to somebody.
    """
    refuse_unknown_fields(body, known={"public_key", "ticket", "parent", "language"})
    refuse_strangers(text_field(body, "parent", most=ORIGIN_MAX, required=True), tenant=tenant)
    session_id, code = _joined(body, use=FOR_FRAME).session_id, capture_code("framed")
    url = capture_url(tenant.id, session_id, code.sha256)
    return JsonResponse({"url": url, "integrity": integrity_of(code), "masking": tenant.masking})


def _joined(body: Body, *, use: bytes = FOR_LINK) -> Joined:
    try:
        return redeem_ticket(text_field(body, "ticket", most=TICKET_MAX, required=True), now=timezone.now(), use=use)
    except BadTicket:
        raise Refusal(410, "expired", _("The session can't go on here. Go back, or ask for help again.")) from None


def _way_in(session_id: str, *, token: str) -> HttpResponse:
    answer = {"session_id": session_id, "channel_token": token, "socket_url": _socket_url(session_id)}
    return JsonResponse(answer)


def _redeem(body: Body, *, tenant: Tenant, given: Given) -> Redeemed:
    link = link_of_token(token_in(body, known={"landing", "consent_sha256"}))
    landing = read_landing(text_field(body, "landing", most=LANDING_MAX, required=True), link=link)
    return redeem_link(
        landing,
        consent=consent_of(link, tenant=tenant),
        consent_sha256=text_field(body, "consent_sha256", most=SHA256_LENGTH, required=True),
        given=given,
        now=timezone.now(),
    )


def _socket_url(session_id: str) -> str:
    public = urlsplit(settings.PUBLIC_URL)
    scheme = "wss" if public.scheme == "https" else "ws"
    return urlunsplit((scheme, public.netloc, f"/ws/assist/visitor/{session_id}/", "", ""))
