"""What the loader calls on the page of the link. All are POST: mail scanners follow links."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from assist.links.actions import land, refuse
from assist.links.consent import consent_of
from assist.links.landing import BadLanding, new_landing, read_landing
from assist.links.queries import LinkDead, link_of_token
from assist.links.visitor_http import LANDING_MAX, link_refusal, token_in
from assist.requests.limits import LINK_RATE
from assist.requests.visitor_http import Body, text_field, visitor_call
from helpdesk.tenants.models import Tenant


@visitor_call(rate=LINK_RATE)
def land_view(request: HttpRequest, *, tenant: Tenant, body: Body) -> HttpResponse:
    """`{landing, tenant_name, agent_name, consent_text, consent_sha256, request_id}`."""
    try:
        link = land(token_in(body, known=set()), now=timezone.now())
    except LinkDead as dead:
        raise link_refusal(dead) from None
    consent = consent_of(link, tenant=tenant)
    answer = {
        "landing": new_landing(link),
        "tenant_name": consent.tenant_name,
        "agent_name": consent.agent_name,
        "consent_text": consent.text,
        "consent_sha256": consent.sha256,
        "request_id": str(link.request_id),
    }
    return JsonResponse(answer)


@visitor_call(rate=LINK_RATE)
def refuse_view(request: HttpRequest, *, tenant: Tenant, body: Body) -> HttpResponse:
    """204; who has not landed can't refuse."""
    try:
        link = link_of_token(token_in(body, known={"landing"}))
        landing = read_landing(text_field(body, "landing", most=LANDING_MAX, required=True), link=link)
    except LinkDead as dead:
        raise link_refusal(dead) from None
    except BadLanding:
        raise link_refusal(LinkDead("unknown")) from None
    refuse(landing, now=timezone.now())
    return HttpResponse(status=204)
