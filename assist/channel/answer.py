"""Answering a request spans steps: the request is taken, its link made and delivered, its session waits for consent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assist.channel.actions import SessionBegun, SessionEnded, end_session, open_session
from assist.channel.models import AssistSession, EndReason, SessionState
from assist.links.actions import Given, create_link, redeem, revoke
from assist.links.consent import Consent
from assist.links.landing import Landing
from assist.links.models import InviteLink
from assist.links.queries import LinkDead, active_link
from assist.links.signals import consent_refused, link_expired
from assist.requests.actions import AlreadyAnswered, AlreadyBegun, take_request
from assist.requests.actions import decline_request as decline_request
from assist.requests.delivery import drop_link, put_link
from assist.requests.models import AssistRequest
from assist.requests.queries import answerer_name
from assist.requests.signals import accepted_request_cancelled
from helpdesk.accounts.models import User
from helpdesk.mail.actions import queue_mail
from helpdesk.tenants.events import publish
from helpdesk.tenants.models import Tenant
from helpdesk.tenants.queries import current_tenant


class NothingToRevoke(Exception):
    """The request has no link that could still be used; its session, if any, can be ended."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """`url` is the only copy of the link's token: show it, mail it, don't keep it."""

    request: AssistRequest
    link: InviteLink
    session: AssistSession
    url: str


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    session: AssistSession
    channel_token: str


def accept_request(request_id: UUID, *, agent: User | None, now: datetime) -> Accepted:
    """Take the request for `agent`, with an invite link that is delivered at once and a session in state waiting.

    Of two agents at once one wins; the other gets `AlreadyAnswered`, which knows by whom. Also raises
    `AssistRequest.DoesNotExist`.
    """
    request = take_request(request_id, agent=agent, now=now)
    tenant = current_tenant()
    link, url = create_link(request, agent=agent, tenant=tenant, now=now)
    session = AssistSession.objects.create(request=request, link=link, agent=agent)
    put_link(request.pk, tenant_id=tenant.pk, url=url, expires_at=link.expires_at, now=now)
    _mail_link(request, url=url, link=link, tenant=tenant)
    _announce(session)
    return Accepted(request=request, link=link, session=session, url=url)


def revoke_link(request_id: UUID, *, now: datetime) -> InviteLink:
    """Kill the link of an accepted request before consent, and end the waiting session; raises `NothingToRevoke`."""
    link = active_link(request_id)
    if link is None or not revoke(link, now=now):
        raise NothingToRevoke
    _end_waiting(link, reason=EndReason.LINK_REVOKED, now=now)
    return link


def redeem_link(landing: Landing, *, consent: Consent, consent_sha256: str, given: Given, now: datetime) -> Redeemed:
    """Consent: the link is used up, its receipt kept, and the session waits for the visitor's hello.

    Until that hello the same landing gets a new token, since it may not have got the last. Raises as
    `assist.links.actions.redeem`.
    """
    link = redeem(landing, consent=consent, consent_sha256=consent_sha256, given=given, now=now)
    session = AssistSession.objects.get(link=link)
    try:
        channel_token = open_session(session.pk)
    except SessionBegun:
        raise LinkDead("used") from None
    except SessionEnded as ended:
        raise LinkDead("expired" if str(ended) == EndReason.VISITOR_VANISHED else "revoked") from None
    drop_link(link.request_id, tenant_id=link.tenant_id)
    return Redeemed(session=session, channel_token=channel_token)


def _mail_link(request: AssistRequest, *, url: str, link: InviteLink, tenant: Tenant) -> None:
    if not request.visitor_email:
        return
    with translation.override(request.language or tenant.language):
        values = {"agent": answerer_name(request), "tenant": tenant.name, "url": url}
        minutes = max(1, tenant.link_ttl_seconds // 60)
        body = ngettext(
            "%(agent)s of %(tenant)s will help you.\n\nOpen this link in the browser in which you want help. "
            "It works once, for %(minutes)d minute, and nothing is seen before you agree:\n\n%(url)s\n\n"
            "If you did not ask for help, ignore this message.",
            "%(agent)s of %(tenant)s will help you.\n\nOpen this link in the browser in which you want help. "
            "It works once, for %(minutes)d minutes, and nothing is seen before you agree:\n\n%(url)s\n\n"
            "If you did not ask for help, ignore this message.",
            minutes,
        ) % {**values, "minutes": minutes}
        subject = _("%(tenant)s: your link for remote assistance") % values
    queue_mail(tenant_id=tenant.pk, to=request.visitor_email, subject=subject, body=body)


def _announce(session: AssistSession) -> None:
    payload = {"id": str(session.pk), "state": session.state, "reason": ""}
    publish(session.tenant_id, "desk", kind="session.changed", payload=payload)


def _end_waiting(link: InviteLink, *, reason: EndReason, now: datetime) -> None:
    for session in AssistSession.objects.select_for_update().filter(link=link, state=SessionState.WAITING):
        end_session(session.pk, reason=reason, now=now)


@receiver(link_expired, dispatch_uid="assist_channel_link_expired")
def _on_link_expired(*, link: InviteLink, now: datetime, **kwargs: Any) -> None:
    _end_waiting(link, reason=EndReason.LINK_EXPIRED, now=now)


@receiver(consent_refused, dispatch_uid="assist_channel_consent_refused")
def _on_consent_refused(*, link: InviteLink, now: datetime, **kwargs: Any) -> None:
    _end_waiting(link, reason=EndReason.CONSENT_REFUSED, now=now)


@receiver(accepted_request_cancelled, dispatch_uid="assist_channel_request_cancelled")
def _on_cancelled(*, request: AssistRequest, now: datetime, **kwargs: Any) -> None:
    """In the order in which consent locks link and session."""
    for link in InviteLink.objects.filter(request=request):
        revoke(link, now=now)
    for session in AssistSession.objects.select_for_update().filter(request=request):
        if session.started_at:
            raise AlreadyBegun
        end_session(session.pk, reason=EndReason.CANCELLED, now=now)


__all__ = ["Accepted", "AlreadyAnswered", "NothingToRevoke", "Redeemed", "accept_request", "decline_request"]
